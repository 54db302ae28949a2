//! The commands about the box: parts, temperature, boot variables, files.

use super::Asked;
use crate::lab::fault::Fault;

pub(super) fn inventory(asked: &Asked) -> String {
    let serial = &asked.state.serial;
    format!(
        "NAME: \"Chassis\", DESCR: \"Cisco C8000V Edge Chassis\"\nPID: C8000V            , VID: V00  , SN: {serial}\n\n\
         NAME: \"module R0\", DESCR: \"Cisco C8000V Edge Route Processor\"\nPID: C8000V            , VID: V00  , SN: JAB1303001C\n\n\
         NAME: \"module F0\", DESCR: \"Cisco C8000V Edge Embedded Services Processor\"\nPID: C8000V            , VID:      , SN:\n\n"
    )
}

pub(super) fn environment(_: &Asked) -> String {
    "Number of Critical alarms:  0\nNumber of Major alarms:     0\nNumber of Minor alarms:     0\n\n \
     Slot        Sensor          Current State   Reading        Threshold(Minor,Major,Critical,Shutdown)\n \
     ----------  --------------  --------------- ------------   ---------------------------------------\n \
     R0          Temp: Inlet     Normal          29 Celsius     (45 ,55 ,65 ,75 )(Celsius)\n \
     R0          Temp: CPU       Normal          41 Celsius     (80 ,90 ,95 ,100)(Celsius)\n\n"
        .to_owned()
}

pub(super) fn boot(asked: &Asked) -> String {
    let boot = match asked.state.has(&Fault::NoBootVariable) {
        true => "BOOT variable does not exist",
        false => "BOOT variable = bootflash:packages.conf,1;",
    };
    let register = asked.state.register();
    format!(
        "{boot}\nCONFIG_FILE variable does not exist\nBOOTLDR variable does not exist\n\
         Configuration register is {register:#06x}\n\nStandby not ready to show bootvar\n\n"
    )
}

/// The members of a stack; a router without others has no such command.
pub(super) fn switch(asked: &Asked) -> String {
    let mut text = "Switch/Stack Mac Address : 0200.0000.0001 - Local Mac Address\n\
         Mac persistency wait time: Indefinite\n                                             H/W   Current\n\
         Switch#   Role    Mac Address     Priority Version  State\n\
         -------------------------------------------------------------------------------------\n"
        .to_owned();
    for member in 1..=asked.state.members {
        let (star, role) = match member {
            1 => ('*', "Active"),
            2 => (' ', "Standby"),
            _ => (' ', "Member"),
        };
        let priority = 16 - member.min(15);
        text.push_str(&format!(
            "{star}{member}       {role:<8} 0200.0000.{member:04x}     {priority:<2}     V01     Ready\n"
        ));
    }
    text + "\n"
}

pub(super) fn redundancy(asked: &Asked) -> String {
    if asked.state.members > 1 {
        return "       my state = 13 -ACTIVE \n     peer state = 8  -STANDBY HOT \n           Mode = Duplex\n           \
             Unit ID = 1\n\nRedundancy Mode (Operational) = sso\nRedundancy Mode (Configured)  = sso\n\
             Redundancy State              = sso\n     Maintenance Mode = Disabled\n    Manual Swact = enabled\n \
             Communications = Up\n\n"
            .to_owned();
    }
    "       my state = 13 -ACTIVE \n     peer state = 1  -DISABLED \n           Mode = Simplex\n           Unit ID = 48\n\n\
     Redundancy Mode (Operational) = Non-redundant\nRedundancy Mode (Configured)  = Non-redundant\n\
     Redundancy State              = Non Redundant\n     Maintenance Mode = Disabled\n    \
     Manual Swact = disabled (system is simplex (no peer unit))\n Communications = Down      Reason: Simplex mode\n\n"
        .to_owned()
}

/// `dir` and `dir bootflash:`; `flash:` is another name for it.
pub(super) fn dir(asked: &Asked) -> String {
    if !matches!(asked.argument(), "" | "bootflash:" | "flash:" | "bootflash:/" | "flash:/") {
        return format!("%Error opening {} (No such file or directory)\n", asked.argument());
    }
    let date = asked.state.boot_time.format("%b %-d %Y %H:%M:%S +00:00");
    let image = match asked.state.has(&Fault::NoImage) {
        true => String::new(),
        false => format!("   13  -rw-             7681   {date}  packages.conf\n"),
    };
    format!(
        "Directory of bootflash:/\n\n   11  drwx            16384   {date}  lost+found\n   \
         12  -rw-        785204736   {date}  c8000v-rpboot.17.09.04a.SPA.pkg\n\
         {image}\n5183766528 bytes total (3241103360 bytes free)\n"
    )
}
