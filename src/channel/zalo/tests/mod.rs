//! The door against the lab's service.
