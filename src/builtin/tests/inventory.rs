//! The inventory: interfaces.

use super::*;
