//! Series as pictures and as sparklines; pure.
