//! The shapes of Block Kit as data: blocks, their elements, the objects inside them, and modals, with the limits of
//! docs.slack.dev/reference/block-kit. What walks them is in [`super::check`].

use super::check::{Field, Rule, Shape, may, must};

/// A rule for a text: plain where `plain`, else plain or mrkdwn; at most so many characters.
const fn plain(most: usize) -> Rule {
    Rule::Text { plain: true, most }
}

const fn text(most: usize) -> Rule {
    Rule::Text { plain: false, most }
}

const fn words(most: usize) -> Rule {
    Rule::Words { least: 1, most }
}

const BLOCK_ID: Field = may("block_id", words(255));
const ACTION_ID: Field = may("action_id", Rule::ActionId);
const CONFIRM: Field = may("confirm", Rule::Shape(&CONFIRMATION));
const FOCUS: Field = may("focus_on_load", Rule::Flag);
const PLACEHOLDER: Field = may("placeholder", plain(150));
const DISPATCH: Field = may("dispatch_action_config", Rule::Free);
const STYLE: Field = may("style", Rule::OneOf(&["primary", "danger"]));
const OPTIONS: Rule = Rule::List { least: 1, most: 100, of: &Rule::Shape(&OPTION) };
const GROUPS: Rule = Rule::List { least: 1, most: 100, of: &Rule::Shape(&GROUP) };
const FEW_OPTIONS: Rule = Rule::List { least: 1, most: 10, of: &Rule::Shape(&OPTION_OF_A_BOX) };
const INITIAL: Field = may("initial_option", Rule::Shape(&OPTION));
const INITIALS: Field = may("initial_options", OPTIONS);
const MOST_SELECTED: Field = may("max_selected_items", Rule::Whole { least: 1, most: 100 });
const URL: Field = may("url", Rule::Url);

/// The answer to a suggestion is made of these too.
pub(crate) const OPTION: Shape = Shape {
    kind: "",
    fields: &[must("text", plain(75)), must("value", words(150)), may("description", plain(75)), URL],
    one_of: &[],
};

const OPTION_OF_A_BOX: Shape = Shape {
    kind: "",
    fields: &[must("text", text(75)), must("value", words(150)), may("description", text(75))],
    one_of: &[],
};

pub(crate) const GROUP: Shape =
    Shape { kind: "", fields: &[must("label", plain(75)), must("options", OPTIONS)], one_of: &[] };

const CONFIRMATION: Shape = Shape {
    kind: "",
    fields: &[
        must("title", plain(100)),
        must("text", text(300)),
        must("confirm", plain(30)),
        must("deny", plain(30)),
        STYLE,
    ],
    one_of: &[],
};

const fn element(kind: &'static str, fields: &'static [Field]) -> Shape {
    Shape { kind, fields, one_of: &[] }
}

const fn either(kind: &'static str, fields: &'static [Field], one_of: &'static [&'static str]) -> Shape {
    Shape { kind, fields, one_of }
}

pub(crate) const ELEMENTS: &[Shape] = &[
    element(
        "button",
        &[
            must("text", plain(75)),
            ACTION_ID,
            URL,
            may("value", words(2_000)),
            STYLE,
            CONFIRM,
            may("accessibility_label", words(75)),
        ],
    ),
    either(
        "static_select",
        &[
            ACTION_ID,
            may("options", OPTIONS),
            may("option_groups", GROUPS),
            INITIAL,
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
        ],
        &["options", "option_groups"],
    ),
    element(
        "external_select",
        &[
            ACTION_ID,
            INITIAL,
            may("min_query_length", Rule::Whole { least: 0, most: 1_000 }),
            CONFIRM,
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    either(
        "multi_static_select",
        &[
            ACTION_ID,
            may("options", OPTIONS),
            may("option_groups", GROUPS),
            INITIALS,
            CONFIRM,
            MOST_SELECTED,
            FOCUS,
            PLACEHOLDER,
        ],
        &["options", "option_groups"],
    ),
    element(
        "multi_external_select",
        &[
            ACTION_ID,
            INITIALS,
            may("min_query_length", Rule::Whole { least: 0, most: 1_000 }),
            CONFIRM,
            MOST_SELECTED,
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    element("users_select", &[ACTION_ID, may("initial_user", words(255)), CONFIRM, FOCUS, PLACEHOLDER]),
    element(
        "conversations_select",
        &[
            ACTION_ID,
            may("initial_conversation", words(255)),
            may("default_to_current_conversation", Rule::Flag),
            CONFIRM,
            may("response_url_enabled", Rule::Flag),
            may("filter", Rule::Free),
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    element(
        "channels_select",
        &[
            ACTION_ID,
            may("initial_channel", words(255)),
            CONFIRM,
            may("response_url_enabled", Rule::Flag),
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    element(
        "overflow",
        &[ACTION_ID, must("options", Rule::List { least: 1, most: 5, of: &Rule::Shape(&OPTION) }), CONFIRM],
    ),
    element("datepicker", &[ACTION_ID, may("initial_date", words(10)), CONFIRM, FOCUS, PLACEHOLDER]),
    element(
        "timepicker",
        &[ACTION_ID, may("initial_time", words(5)), CONFIRM, FOCUS, PLACEHOLDER, may("timezone", words(255))],
    ),
    element(
        "datetimepicker",
        &[ACTION_ID, may("initial_date_time", Rule::Whole { least: 0, most: 9_999_999_999 }), CONFIRM, FOCUS],
    ),
    element(
        "checkboxes",
        &[ACTION_ID, must("options", FEW_OPTIONS), may("initial_options", FEW_OPTIONS), CONFIRM, FOCUS],
    ),
    element(
        "radio_buttons",
        &[
            ACTION_ID,
            must("options", FEW_OPTIONS),
            may("initial_option", Rule::Shape(&OPTION_OF_A_BOX)),
            CONFIRM,
            FOCUS,
        ],
    ),
    element(
        "plain_text_input",
        &[
            ACTION_ID,
            may("initial_value", Rule::Words { least: 0, most: 3_000 }),
            may("multiline", Rule::Flag),
            may("min_length", Rule::Whole { least: 0, most: 3_000 }),
            may("max_length", Rule::Whole { least: 1, most: 3_000 }),
            DISPATCH,
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    element(
        "number_input",
        &[
            must("is_decimal_allowed", Rule::Flag),
            ACTION_ID,
            may("initial_value", words(100)),
            may("min_value", words(100)),
            may("max_value", words(100)),
            DISPATCH,
            FOCUS,
            PLACEHOLDER,
        ],
    ),
    element("image", IMAGE_FIELDS),
    element("plain_text", &[must("text", words(3_000)), may("emoji", Rule::Flag)]),
    element("mrkdwn", &[must("text", words(3_000)), may("verbatim", Rule::Flag)]),
];

const IMAGE_FIELDS: &[Field] =
    &[may("image_url", Rule::Url), may("slack_file", Rule::Free), must("alt_text", words(2_000))];

/// What may stand beside a section.
const ACCESSORIES: &[&str] = &[
    "button",
    "checkboxes",
    "datepicker",
    "image",
    "multi_static_select",
    "multi_external_select",
    "overflow",
    "radio_buttons",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "timepicker",
];

const ACTIONS: &[&str] = &[
    "button",
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "multi_static_select",
    "multi_external_select",
    "overflow",
    "radio_buttons",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "timepicker",
];

const INPUTS: &[&str] = &[
    "checkboxes",
    "datepicker",
    "datetimepicker",
    "multi_static_select",
    "multi_external_select",
    "number_input",
    "plain_text_input",
    "radio_buttons",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "timepicker",
];

pub(crate) const BLOCKS: &[Shape] = &[
    either(
        "section",
        &[
            BLOCK_ID,
            may("text", text(3_000)),
            may("fields", Rule::List { least: 1, most: 10, of: &text(2_000) }),
            may("accessory", Rule::Element(ACCESSORIES)),
            may("expand", Rule::Flag),
        ],
        &["text", "fields"],
    ),
    element("header", &[BLOCK_ID, must("text", plain(150))]),
    element("divider", &[BLOCK_ID]),
    element(
        "context",
        &[
            BLOCK_ID,
            must(
                "elements",
                Rule::List { least: 1, most: 10, of: &Rule::Element(&["image", "plain_text", "mrkdwn"]) },
            ),
        ],
    ),
    element(
        "actions",
        &[BLOCK_ID, must("elements", Rule::List { least: 1, most: 25, of: &Rule::Element(ACTIONS) })],
    ),
    either(
        "image",
        &[
            BLOCK_ID,
            may("image_url", Rule::Url),
            may("slack_file", Rule::Free),
            must("alt_text", words(2_000)),
            may("title", plain(2_000)),
        ],
        &["image_url", "slack_file"],
    ),
    element(
        "input",
        &[
            BLOCK_ID,
            must("label", plain(2_000)),
            must("element", Rule::Element(INPUTS)),
            may("dispatch_action", Rule::Flag),
            may("hint", plain(2_000)),
            may("optional", Rule::Flag),
        ],
    ),
    element("markdown", &[BLOCK_ID, must("text", words(12_000))]),
    // Looked into only for their length and for whom they call.
    element("rich_text", &[BLOCK_ID, must("elements", Rule::Free)]),
    element("table", &[BLOCK_ID, must("rows", Rule::Free), may("column_settings", Rule::Free)]),
];

pub(crate) const MODAL: Shape = Shape {
    kind: "modal",
    fields: &[
        must("title", plain(24)),
        must("blocks", Rule::Blocks { most: 100 }),
        may("close", plain(24)),
        may("submit", plain(24)),
        may("private_metadata", Rule::Words { least: 0, most: 3_000 }),
        may("callback_id", Rule::Words { least: 0, most: 255 }),
        may("clear_on_close", Rule::Flag),
        may("notify_on_close", Rule::Flag),
        may("external_id", Rule::Words { least: 0, most: 255 }),
        may("submit_disabled", Rule::Flag),
    ],
    one_of: &[],
};
