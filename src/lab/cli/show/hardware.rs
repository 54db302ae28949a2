//! The commands about the box: parts, temperature, boot variables, files.

use super::Asked;

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

pub(super) fn boot(_: &Asked) -> String {
    "BOOT variable = bootflash:packages.conf,1;\nCONFIG_FILE variable does not exist\nBOOTLDR variable does not exist\n\
     Configuration register is 0x2102\n\nStandby not ready to show bootvar\n\n"
        .to_owned()
}

pub(super) fn dir(asked: &Asked) -> String {
    let date = asked.state.boot_time.format("%b %-d %Y %H:%M:%S +00:00");
    format!(
        "Directory of bootflash:/\n\n   11  drwx            16384   {date}  lost+found\n   \
         12  -rw-        785204736   {date}  c8000v-rpboot.17.09.04a.SPA.pkg\n   \
         13  -rw-             7681   {date}  packages.conf\n\n5183766528 bytes total (3241103360 bytes free)\n"
    )
}
