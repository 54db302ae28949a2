//! The life of an alert, proven.
