//! The expansion.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemFn, Path, parse_quote};

use crate::listing::listing;
use crate::options::Options;

pub(crate) fn expand(options: TokenStream, function: TokenStream) -> syn::Result<TokenStream> {
    let written = options.clone();
    let options: Options = syn::parse2(options)?;
    let mut function: ItemFn = syn::parse2(function)?;
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        return Err(syn::Error::new(signature.fn_token.span(), "#[reenact::test] applies to an async fn"));
    }
    if let Some(input) = signature.inputs.first() {
        return Err(syn::Error::new(input.span(), "a test takes no arguments: draw data inside it, with reenact::rng()"));
    }
    if !signature.generics.params.is_empty() {
        return Err(syn::Error::new(signature.generics.span(), "a test has no type parameters: nobody could fill them in"));
    }
    let krate: Path = options.krate.unwrap_or_else(|| parse_quote!(::reenact));
    let name = signature.ident.clone();
    let text = name.to_string();
    let text = text.trim_start_matches("r#");
    let list = &options.list;
    // The attributes, #[ignore] and the like, belong to the outer function; the inner one keeps name, body and return type.
    let attributes = std::mem::take(&mut function.attrs);
    let listing = listing(text, &attributes, &written);
    let visibility = std::mem::replace(&mut function.vis, syn::Visibility::Inherited);
    // Everything stands in the call itself: an item beside the inner function would hide the user's own of that name from it.
    let call = quote_spanned! { function.sig.output.span() =>
        #krate::__private::run_test(
            #krate::__private::TestTarget {
                file: ::core::file!(),
                module: ::core::module_path!(),
                function: #text,
                package: ::core::option_env!("CARGO_PKG_NAME"),
                manifest: ::core::option_env!("CARGO_MANIFEST_DIR"),
                binary: ::core::option_env!("CARGO_BIN_NAME"),
                integration: ::core::option_env!("CARGO_TARGET_TMPDIR").is_some(),
            },
            &[#(#krate::__private::TestOption::#list),*],
            #name,
        );
    };
    Ok(quote! {
        #(#attributes)*
        #[::core::prelude::v1::test]
        #visibility fn #name() {
            #function
            #listing
            #call
        }
    })
}
