//! The record by which tools find a test in its binary, without running it.
//!
//! It is a line of text in a section of its own, `.reenact` (`__DATA,__reenact` on Apple's systems), whose fields are separated by tabs:
//! `reenact-test`, the version 1, `module_path!()`, the function's name, `file!()`, `line!()`, `column!()`, `ignored` or nothing, and the
//! options of the attribute as written. docs/CLI.md says it for tools.

use proc_macro2::TokenStream;
use quote::quote;

/// A block that refers to the record, so that no linker leaves it out.
///
/// A link section can be filled with code, so its attribute is an unsafe one; here it holds text that nothing reads while the program
/// runs. The lint `unsafe_code`, even when forbidden, does not speak of what the macro of another crate expands to.
pub(crate) fn listing(function: &str, attributes: &[syn::Attribute], options: &TokenStream) -> TokenStream {
    let ignored = if attributes.iter().any(|attribute| attribute.path().is_ident("ignore")) { "ignored" } else { "" };
    let options = one_line(&options.to_string());
    quote! {
        {
            const TEXT: &str = ::core::concat!(
                "reenact-test\t1\t", ::core::module_path!(), "\t", #function, "\t", ::core::file!(), "\t", ::core::line!(), "\t",
                ::core::column!(), "\t", #ignored, "\t", #options, "\n"
            );
            #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".reenact"))]
            #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__reenact"))]
            static LISTED: [u8; TEXT.len()] = match TEXT.as_bytes().first_chunk() {
                ::core::option::Option::Some(text) => *text,
                ::core::option::Option::None => ::core::panic!(),
            };
            ::core::hint::black_box(&LISTED);
        }
    }
}

/// Lines and tabs are what separates records and fields.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn options_take_one_field_of_one_line() {
        assert_eq!(one_line("executions = 5,\n\tseed = 7"), "executions = 5, seed = 7");
        assert_eq!(one_line(""), "");
    }
}
