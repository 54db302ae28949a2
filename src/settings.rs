//! The bot's own settings.
