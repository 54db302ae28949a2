//! A script of ours that drives a library of others, as a process of its own: what it tells comes as JSON lines. It
//! ends when its input does, so also when the test dies.

use crate::world::PATIENCE;
use serde_json::Value;
use std::io::BufRead;
use std::process::{Child, Command, Stdio};
use tokio::sync::watch;

pub struct Script {
    process: Child,
    told: watch::Receiver<Vec<Value>>,
}

impl Script {
    pub fn start(mut command: Command) -> Script {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (sender, told) = watch::channel(Vec::new());
        let lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sender.send_modify(|told| told.push(serde_json::from_str(&line).unwrap()));
            }
        });
        Script { process, told }
    }

    /// The first thing that it told and that is so.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut told = self.told.clone();
        let waited = tokio::time::timeout(PATIENCE, told.wait_for(|told| told.iter().any(&wanted))).await;
        let Ok(Ok(told)) = waited else { panic!("not told; it told {:#?}", self.all()) };
        told.iter().find(|event| wanted(event)).unwrap().clone()
    }

    pub fn all(&self) -> Vec<Value> {
        self.told.borrow().clone()
    }

    /// Closes its input, which ends it; all that it told.
    pub async fn end(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        self.until(|event| event.get("ended").is_some()).await;
        self.all()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
