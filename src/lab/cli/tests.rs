//! The interpreter by tables: a transcript of typed lines against what a router prints.

use chrono::{DateTime, TimeZone, Utc};
use expect_test::{Expect, expect};

use super::*;
use crate::lab::LabPlan;
use crate::lab::topology::places;

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 14, 2, 31).unwrap()
}

fn router() -> State {
    let mut state = State::born(&places(&LabPlan::demo().routers)[1], noon());
    state.boot_time = noon() - chrono::TimeDelta::minutes(15 * 1440 + 22 * 60 + 7);
    state
}

/// The screen after these lines, typed one after the other at privilege 15.
fn screen(state: &mut State, faults: &[Fault], lines: &[&str]) -> String {
    let mut session = Session::new(1, "bob", "127.0.0.1", 15);
    typed(state, &mut session, faults, lines)
}

fn typed(state: &mut State, session: &mut Session, faults: &[Fault], lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let shown = if session.hides_input() { "" } else { line };
        text.push_str(&format!("{}{shown}\n", session.prompt(state)));
        text.push_str(&interpret(&mut Desk { state, session, faults, now: noon() }, line));
    }
    text + &session.prompt(state)
}

fn check(lines: &[&str], wanted: Expect) {
    wanted.assert_eq(&screen(&mut router(), &[], lines));
}

#[test]
fn mistakes_look_like_a_routers() {
    check(
        &[
            "show foo",
            "sh i",
            "sh a",
            "sh",
            "foo",
            "foo bar",
            "sh ver | bogus x",
            "sh ver | inc",
            "sh ver | inc (",
        ],
        expect![[r#"
            R2#show foo
                    ^
            % Invalid input detected at '^' marker.

            R2#sh i
            % Ambiguous command:  "sh i"
            R2#sh a
            % Ambiguous command:  "sh a"
            R2#sh
            % Incomplete command.

            R2#foo
            % Bad IP address or host name
            % Unknown command or computer name, or unable to find computer address
            R2#foo bar
               ^
            % Invalid input detected at '^' marker.

            R2#sh ver | bogus x
                        ^
            % Invalid input detected at '^' marker.

            R2#sh ver | inc
            % Incomplete command.

            R2#sh ver | inc (
            % Failed to compile regular expression.

            R2#"#]],
    );
    check(
        &["sh run | redirect flash:x", "terminal length 9999", "sh int gi99"],
        expect![[r#"
        R2#sh run | redirect flash:x
        % Error opening file: the lab has no place to write to
        R2#terminal length 9999
        % Invalid input: length is 0 to 512
        R2#sh int gi99
                  ^
        % Invalid input detected at '^' marker.

        R2#"#]],
    );
}

#[test]
fn short_commands_print_the_routers_own_words() {
    check(
        &["sh clock", "sh priv", "sh reload", "show ip int br", "sh int desc"],
        expect![[r#"
            R2#sh clock
            14:02:31.000 UTC Mon Nov 23 2026
            R2#sh priv
            Current privilege level is 15
            R2#sh reload
            No reload is scheduled.
            R2#show ip int br
            Interface              IP-Address      OK? Method Status                Protocol
            Loopback0              10.255.0.2      YES NVRAM  up                    up      
            GigabitEthernet1       100.64.2.2      YES NVRAM  up                    up      
            GigabitEthernet2       10.254.0.2      YES NVRAM  up                    up      
            GigabitEthernet3       10.2.1.1        YES NVRAM  up                    up      
            GigabitEthernet4       10.254.0.5      YES NVRAM  up                    up      
            R2#sh int desc
            Interface                      Status         Protocol Description
            Lo0                            up             up       router id
            Gi1                            up             up       to ISP-A
            Gi2                            up             up       to R1 GigabitEthernet4
            Gi3                            up             up       users hanoi
            Gi4                            up             up       to R3 GigabitEthernet2
            R2#"#]],
    );
    check(
        &[
            "sh ver | inc uptime|image|reason|restarted",
            "sh cdp nei",
            "sh ip ospf nei",
            "sh ip bgp sum | begin Neighbor",
        ],
        expect![[r#"
        R2#sh ver | inc uptime|image|reason|restarted
        R2 uptime is 2 weeks, 1 day, 22 hours, 7 minutes
        System restarted at 15:55:31 UTC Sat Nov 7 2026
        System image file is "bootflash:packages.conf"
        Last reload reason: Reload Command
        R2#sh cdp nei
        Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge
                          S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone

        Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID
        R1               Gig 2             155        R I         C8000V    Gig 4
        R3               Gig 4             155        R I         C8000V    Gig 2

        Total cdp entries displayed : 2
        R2#sh ip ospf nei

        Neighbor ID     Pri   State           Dead Time   Address         Interface
        10.255.0.1        0   FULL/  -        00:00:38    10.254.0.1      GigabitEthernet2
        10.255.0.3        0   FULL/  -        00:00:38    10.254.0.6      GigabitEthernet4
        R2#sh ip bgp sum | begin Neighbor
        Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd
        100.64.2.1      4        64999   22927   22927        6    0    0 2w1d            5
        R2#"#]],
    );
    check(
        &[
            "sh ip arp",
            "sh ip arp 10.254.0.1",
            "sh ip route | begin Gateway",
            "sh ip route 10.255.0.1",
            "ping 10.254.0.1",
            "ping 9.9.9.9",
        ],
        expect![[r#"
            R2#sh ip arp
            Protocol  Address          Age (min)  Hardware Addr   Type   Interface
            Internet  100.64.2.2              -   0200.c2de.7233  ARPA   GigabitEthernet1
            Internet  100.64.2.1            196   0200.0247.0197  ARPA   GigabitEthernet1
            Internet  10.254.0.2              -   0200.72d3.ce22  ARPA   GigabitEthernet2
            Internet  10.254.0.1            169   0200.5a1a.cf72  ARPA   GigabitEthernet2
            Internet  10.2.1.1                -   0200.3153.3615  ARPA   GigabitEthernet3
            Internet  10.2.1.11              55   0200.05b5.e027  ARPA   GigabitEthernet3
            Internet  10.2.1.12             125   0200.edee.6c3d  ARPA   GigabitEthernet3
            Internet  10.2.1.13              51   0200.3915.ae21  ARPA   GigabitEthernet3
            Internet  10.2.1.14             121   0200.420f.c9cc  ARPA   GigabitEthernet3
            Internet  10.2.1.15               9   0200.76b3.2a31  ARPA   GigabitEthernet3
            Internet  10.2.1.16             139   0200.9fae.fcec  ARPA   GigabitEthernet3
            Internet  10.254.0.5              -   0200.4ab0.e267  ARPA   GigabitEthernet4
            Internet  10.254.0.6             50   0200.a105.c083  ARPA   GigabitEthernet4
            R2#sh ip arp 10.254.0.1
            Protocol  Address          Age (min)  Hardware Addr   Type   Interface
            Internet  10.254.0.1            169   0200.5a1a.cf72  ARPA   GigabitEthernet2
            R2#sh ip route | begin Gateway
            Gateway of last resort is 100.64.2.1 to network 0.0.0.0

            S*       0.0.0.0/0 [1/0] via 100.64.2.1
                  10.0.0.0/8 is variably subnetted, 10 subnets, 4 masks
            C        10.2.1.0/24 is directly connected, GigabitEthernet3
            L        10.2.1.1/32 is directly connected, GigabitEthernet3
            S        10.250.0.0/16 [1/0] via 10.2.250.254
            C        10.254.0.0/30 is directly connected, GigabitEthernet2
            L        10.254.0.2/32 is directly connected, GigabitEthernet2
            C        10.254.0.4/30 is directly connected, GigabitEthernet4
            L        10.254.0.5/32 is directly connected, GigabitEthernet4
            O        10.255.0.1/32 [110/2] via 10.254.0.1, 2w1d, GigabitEthernet2
            C        10.255.0.2/32 is directly connected, Loopback0
            O        10.255.0.3/32 [110/2] via 10.254.0.6, 2w1d, GigabitEthernet4
                  100.0.0.0/8 is variably subnetted, 2 subnets, 2 masks
            C        100.64.2.0/30 is directly connected, GigabitEthernet1
            L        100.64.2.2/32 is directly connected, GigabitEthernet1
            R2#sh ip route 10.255.0.1
            Routing entry for 10.255.0.1/32
              Known via "ospf 1"
              Routing Descriptor Blocks:
              * [110/2] via 10.254.0.1, 2w1d, GigabitEthernet2
                  Route metric is 0, traffic share count is 1
            R2#ping 10.254.0.1
            Type escape sequence to abort.
            Sending 5, 100-byte ICMP Echos to 10.254.0.1, timeout is 2 seconds:
            !!!!!
            Success rate is 100 percent (5/5), round-trip min/avg/max = 1/1/2 ms
            R2#ping 9.9.9.9
            Type escape sequence to abort.
            Sending 5, 100-byte ICMP Echos to 9.9.9.9, timeout is 2 seconds:
            .....
            Success rate is 0 percent (0/5)
            R2#"#]],
    );
    check(
        &[
            "sh int Gi 2",
            "sh proc cpu | inc CPU",
            "sh proc mem | inc Pool",
            "sh inv | count PID",
            "dir | inc bytes",
        ],
        expect![[r#"
            R2#sh int Gi 2
            GigabitEthernet2 is up, line protocol is up
              Hardware is vNIC, address is 0200.72d3.ce22 (bia 0200.72d3.ce22)
              Description: to R1 GigabitEthernet4
              Internet address is 10.254.0.2/30
              MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec,
                 reliability 255/255, txload 57/255, rxload 41/255
              Encapsulation ARPA, loopback not set
              Keepalive set (10 sec)
              Full Duplex, 1000Mbps, link type is auto, media type is Virtual
              ARP type: ARPA, ARP Timeout 04:00:00
              Last input 00:00:01, output 00:00:01, output hang never
              Last clearing of "show interface" counters never
              Input queue: 0/375/0/0 (size/max/drops/flushes); Total output drops: 0
              Queueing strategy: fifo
              Output queue: 0/40 (size/max)
              5 minute input rate 161308518 bits/sec, 25204 packets/sec
              5 minute output rate 226826764 bits/sec, 35441 packets/sec
                 40758921637 packets input, 32607137310389 bytes, 0 no buffer
                 Received 0 broadcasts (0 IP multicasts)
                 0 runts, 0 giants, 0 throttles
                 0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored
                 55791094063 packets output, 44632875251108 bytes, 0 underruns
                 0 output errors, 0 collisions, 1 interface resets
                 0 unknown protocol drops
                 0 output buffer failures, 0 output buffers swapped out
            R2#sh proc cpu | inc CPU
            CPU utilization for five seconds: 15%/0%; one minute: 15%; five minutes: 13%
            R2#sh proc mem | inc Pool
            Processor Pool Total: 2104315808 Used:  775859097 Free: 1328456711
             lsmpi_io Pool Total:    6295128 Used:    6294304 Free:        824
            R2#sh inv | count PID
            Number of lines which match regexp = 3
            R2#dir | inc bytes
            5183766528 bytes total (3241103360 bytes free)
            R2#"#]],
    );
}

#[test]
fn sections_and_pipes_choose_lines() {
    check(
        &[
            "sh run | section ^interface GigabitEthernet4",
            "sh run | inc ^hostname",
            "sh run int gi4",
            "sh run | count secret",
            "sh run | exc .",
        ],
        expect![[r#"
            R2#sh run | section ^interface GigabitEthernet4
            interface GigabitEthernet4
             description to R3 GigabitEthernet2
             ip address 10.254.0.5 255.255.255.252
             negotiation auto
            R2#sh run | inc ^hostname
            hostname R2
            R2#sh run int gi4
            Building configuration...

            Current configuration : 126 bytes
            !
            interface GigabitEthernet4
             description to R3 GigabitEthernet2
             ip address 10.254.0.5 255.255.255.252
             negotiation auto
            end

            R2#sh run | count secret
            Number of lines which match regexp = 7
            R2#sh run | exc .


            R2#"#]],
    );
}

#[test]
fn enable_asks_three_times_and_opens_with_the_right_word() {
    let mut state = router();
    let mut session = Session::new(1, "bob", "127.0.0.1", 1);
    let wrong = ["enable", "a", "b", "c", "en", "lab-enable-word", "sh priv", "disable", "sh run"];
    expect![[r#"
        R2>enable
        Password: 
        Password: 
        Password: 
        % Bad secrets

        R2>en
        Password: 
        R2#sh priv
        Current privilege level is 15
        R2#disable
        R2>sh run
              ^
        % Invalid input detected at '^' marker.

        R2>"#]]
    .assert_eq(&typed(&mut state, &mut session, &[], &wrong));
}

#[test]
fn configuration_mode_edits() {
    let lines = [
        "conf t",
        "int gi4",
        "desc to the lab",
        "ip addr 10.9.9.1 255.255.255.0",
        "no shut",
        "int lo7",
        "exit",
        "hostname EDGE-9",
        "snmp comm lab-typed RO",
        "username carol priv 15 secret lab-word",
        "ip route 10.99.0.0 255.255.0.0 10.9.9.2",
        "router ospf 1",
        "network 10.9.9.0 0.0.0.255 area 0",
        "nonsense here",
        "int gi4",
        "ip addr 10.9",
        "do sh clock",
        "end",
        "sh run int gi4",
        "sh arch config diff | exclude carol",
        "sh run | inc Last",
        "sh log | inc CONFIG_I",
        "sh ip int br | inc 4|back7",
        "wr",
        "sh arch config diff",
        "copy run start",
        "",
    ];
    check(
        &lines,
        expect![[r#"
            R2#conf t
            Enter configuration commands, one per line.  End with CNTL/Z.
            R2(config)#int gi4
            R2(config-if)#desc to the lab
            R2(config-if)#ip addr 10.9.9.1 255.255.255.0
            R2(config-if)#no shut
            R2(config-if)#int lo7
            R2(config-if)#exit
            R2(config)#hostname EDGE-9
            EDGE-9(config)#snmp comm lab-typed RO
            EDGE-9(config)#username carol priv 15 secret lab-word
            EDGE-9(config)#ip route 10.99.0.0 255.255.0.0 10.9.9.2
            EDGE-9(config)#router ospf 1
            EDGE-9(config-router)#network 10.9.9.0 0.0.0.255 area 0
            EDGE-9(config-router)#nonsense here
                                  ^
            % Invalid input detected at '^' marker.

            EDGE-9(config-router)#int gi4
            EDGE-9(config-if)#ip addr 10.9
                                      ^
            % Invalid input detected at '^' marker.

            EDGE-9(config-if)#do sh clock
            14:02:31.000 UTC Mon Nov 23 2026
            EDGE-9(config-if)#end
            EDGE-9#sh run int gi4
            Building configuration...

            Current configuration : 110 bytes
            !
            interface GigabitEthernet4
             description to the lab
             ip address 10.9.9.1 255.255.255.0
             negotiation auto
            end

            EDGE-9#sh arch config diff | exclude carol
            !Contextual Config Diffs:
            +hostname EDGE-9
            interface GigabitEthernet4
            + description to the lab
            + ip address 10.9.9.1 255.255.255.0
            +interface Loopback7
            + no ip address
            router ospf 1
            + network 10.9.9.0 0.0.0.255 area 0
            +ip route 10.99.0.0 255.255.0.0 10.9.9.2
            +snmp-server community lab-typed RO
            -hostname R2
            interface GigabitEthernet4
            - description to R3 GigabitEthernet2
            - ip address 10.254.0.5 255.255.255.252

            EDGE-9#sh run | inc Last
            ! Last configuration change at 14:02:31 UTC Mon Nov 23 2026 by bob
            EDGE-9#sh log | inc CONFIG_I
            Nov 23 14:02:31.000: %SYS-5-CONFIG_I: Configured from console by bob on vty1 (127.0.0.1)
            EDGE-9#sh ip int br | inc 4|back7
            GigabitEthernet1       100.64.2.2      YES NVRAM  up                    up      
            GigabitEthernet2       10.254.0.2      YES NVRAM  up                    up      
            GigabitEthernet4       10.9.9.1        YES NVRAM  up                    up      
            Loopback7              unassigned      YES NVRAM  up                    up      
            EDGE-9#wr
            Building configuration...
            [OK]
            EDGE-9#sh arch config diff
            !Contextual Config Diffs:
            !No changes were found
            EDGE-9#copy run start
            Destination filename [startup-config]? 
            Building configuration...
            [OK]
            EDGE-9#"#]],
    );
}

#[test]
fn lines_can_be_taken_out_again() {
    let lines = [
        "conf t",
        "no snmp-server community lab-snmp-write-R2",
        "no ip route 10.250.0.0 255.255.0.0",
        "no interface Loopback0",
        "int gi1",
        "no description",
        "no ip address",
        "shut",
        "end",
        "sh arch config diff",
    ];
    check(
        &lines,
        expect![[r#"
        R2#conf t
        Enter configuration commands, one per line.  End with CNTL/Z.
        R2(config)#no snmp-server community lab-snmp-write-R2
        R2(config)#no ip route 10.250.0.0 255.255.0.0
        R2(config)#no interface Loopback0
        R2(config)#int gi1
        R2(config-if)#no description
        R2(config-if)#no ip address
        R2(config-if)#shut
        R2(config-if)#end
        R2#sh arch config diff
        !Contextual Config Diffs:
        interface GigabitEthernet1
        + no ip address
        + shutdown
        -interface Loopback0
        - description router id
        - ip address 10.255.0.2 255.255.255.255
        interface GigabitEthernet1
        - description to ISP-A
        - ip address 100.64.2.2 255.255.255.252
        -ip route 10.250.0.0 255.255.0.0 10.2.250.254
        -snmp-server community lab-snmp-write-R2 RW SNMP-FROM

        R2#"#]],
    );
}

#[test]
fn a_banner_is_typed_over_several_lines() {
    check(
        &[
            "conf t",
            "banner motd #",
            "hello",
            "you#",
            "banner login ^Cone line^C",
            "end",
            "sh run | inc hello|you|one line",
        ],
        expect![[r#"
        R2#conf t
        Enter configuration commands, one per line.  End with CNTL/Z.
        R2(config)#banner motd #
        Enter TEXT message.  End with the character '#'.
        hello
        you#
        R2(config)#banner login ^Cone line^C
        R2(config)#end
        R2#sh run | inc hello|you|one line
        banner login ^Cone line^C
        hello
        you^C
        R2#"#]],
    );
}

#[test]
fn faults_change_what_is_printed() {
    let case = |fault: Fault, lines: &[&str], wanted: Expect| {
        wanted.assert_eq(&screen(&mut router(), &[fault], lines));
    };
    case(
        Fault::PagingRefused,
        &["term len 0", "term width 0"],
        expect![[r#"
        R2#term len 0
        Command authorization failed.

        R2#term width 0
        R2#"#]],
    );
    case(
        Fault::AuthorizationFailed("show ip".to_owned()),
        &["sh ip route", "sh clock"],
        expect![[r#"
        R2#sh ip route
        Command authorization failed.

        R2#sh clock
        14:02:31.000 UTC Mon Nov 23 2026
        R2#"#]],
    );
    case(
        Fault::ExecPromptTimestamp,
        &["sh clock"],
        expect![[r#"
        R2#sh clock
        Load for five secs: 1%/0%; one minute: 1%; five minutes: 1%
        Time source is NTP, 14:02:31.000 UTC Mon Nov 23 2026

        14:02:31.000 UTC Mon Nov 23 2026
        R2#"#]],
    );
    case(
        Fault::EmptyConfiguration,
        &["sh run"],
        expect![[r#"
        R2#sh run
        R2#"#]],
    );
    let cut = screen(&mut router(), &[Fault::TruncatedConfiguration], &["sh run"]);
    assert!(cut.lines().count() > 50 && !cut.contains("\nend\n"));
}

#[test]
fn the_running_configuration_is_framed_as_on_a_router() {
    let text = screen(&mut router(), &[], &["sh run"]);
    let shown: Vec<&str> = text.lines().skip(1).take(7).collect();
    assert_eq!(shown[0], "Building configuration...");
    assert!(shown[2].starts_with("Current configuration : "), "{shown:?}");
    assert_eq!(shown[4], "! No configuration change since last restart");
    assert!(text.ends_with("\n!\nend\n\nR2#"));
}

#[test]
fn every_show_command_prints_something_at_full_and_at_short_length() {
    for show in show::SHOWS {
        let line = show
            .words
            .replace("INTERFACE", "GigabitEthernet2")
            .replace("A.B.C.D", "10.254.0.1")
            .replace("WORD", "bootflash:");
        let mut state = router();
        state.members = 2;
        let text = screen(&mut state, &[], &[&line]);
        assert!(text.lines().count() > 2 && !text.contains("% Invalid"), "{text}");
        assert!(text.ends_with("\nR2#") && !text.contains('\r'), "{text}");
    }
}
