//! How Python prints what the programs print.

/// `repr` of a `str` without quotes or escapes in it.
pub(crate) fn repr(text: &str) -> String {
    format!("'{text}'")
}

/// `repr` of a `list` of `str`.
pub(crate) fn repr_list(texts: &[String]) -> String {
    let items: Vec<String> = texts.iter().map(|text| repr(text)).collect();
    format!("[{}]", items.join(", "))
}
