//! The expansion of `select!`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_pat_ident_mut};
use syn::{Expr, Ident, Pat, PatIdent, Token};

mod keyword {
    syn::custom_keyword!(biased);
}

pub(crate) struct Select {
    biased: bool,
    branches: Vec<Branch>,
    otherwise: Option<Expr>,
}

/// `pattern = future, if condition => handler`
struct Branch {
    pattern: Pat,
    future: Expr,
    condition: Option<Expr>,
    handler: Expr,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let biased = input.peek(keyword::biased) && input.peek2(Token![;]);
        if biased {
            input.parse::<keyword::biased>()?;
            input.parse::<Token![;]>()?;
        }
        let mut select = Self { biased, branches: Vec::new(), otherwise: None };
        while !input.is_empty() {
            if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                select.otherwise = Some(handler(input)?);
                if !input.is_empty() {
                    return Err(input.error("`else` is the last branch of a select!"));
                }
                break;
            }
            select.branches.push(input.parse()?);
        }
        if select.branches.is_empty() {
            return Err(syn::Error::new(Span::call_site(), "select! needs a branch: `pattern = future => handler`"));
        }
        Ok(select)
    }
}

impl Parse for Branch {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let condition = if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        Ok(Self { pattern, future, condition, handler: handler(input)? })
    }
}

/// `=> expression`, with the comma that a match arm would need.
fn handler(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Token![=>]>()?;
    let handler = input.call(Expr::parse_with_earlier_boundary_rule)?;
    let ends_itself = matches!(
        handler,
        Expr::Block(_) | Expr::If(_) | Expr::Match(_) | Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Unsafe(_)
    );
    if input.peek(Token![,]) || !(ends_itself || input.is_empty()) {
        input.parse::<Token![,]>()?;
    }
    Ok(handler)
}

/// Lets a pattern look at a reference: whether a value fits has to be known before it is taken apart.
struct ByReference;

impl VisitMut for ByReference {
    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        pattern.by_ref = None;
        pattern.mutability = None;
        visit_pat_ident_mut(self, pattern);
    }
}

pub(crate) fn expand(select: &Select) -> TokenStream {
    let Select { biased, branches, otherwise } = select;
    // Of the macro, not of the caller: no name of the caller's code is hidden.
    let local = |name: &str| Ident::new(name, Span::mixed_site());
    let (output, all, cx, value, branch) = (local("output"), local("branches"), local("cx"), local("value"), local("branch"));
    let variants: Vec<Ident> = (0..branches.len()).map(|n| format_ident!("Branch{n}")).collect();
    let pinned: Vec<Ident> = (0..branches.len()).map(|n| Ident::new(&format!("future{n}"), Span::mixed_site())).collect();
    let conditions = branches.iter().map(|branch| match &branch.condition {
        Some(condition) => quote!(#condition),
        None => quote!(true),
    });
    let futures = branches.iter().zip(&pinned).map(|(branch, pinned)| {
        let future = &branch.future;
        quote_spanned!(future.span()=> let mut #pinned = ::core::pin::pin!(::core::future::IntoFuture::into_future(#future));)
    });
    let polls = branches.iter().zip(&pinned).zip(&variants).enumerate().map(|(n, ((branch, pinned), variant))| {
        let mut pattern = branch.pattern.clone();
        ByReference.visit_pat_mut(&mut pattern);
        quote! {
            #n => if let ::core::task::Poll::Ready(#value) = ::core::future::Future::poll(#pinned.as_mut(), #cx) {
                #[allow(unused_variables, unreachable_patterns, clippy::all, reason = "only whether it fits is asked for")]
                match &#value {
                    #pattern => {}
                    _ => {
                        #all.disable(#n);
                        continue;
                    }
                }
                return ::core::task::Poll::Ready(Select::#variant(#value));
            }
        }
    });
    let arms = branches.iter().zip(&variants).map(|(branch, variant)| {
        let (pattern, handler) = (&branch.pattern, &branch.handler);
        quote!(Select::#variant(#pattern) => #handler,)
    });
    let otherwise = match otherwise {
        Some(otherwise) => quote!(#otherwise),
        None => quote!(::core::panic!("select!: every branch is disabled, and there is no `else`")),
    };
    quote! {{
        enum Select<#(#variants),*> {
            #(#variants(#variants),)*
            Disabled,
        }
        let #output = {
            let mut #all = ::reenact::__private::Branches::new([#(#conditions),*], #biased);
            #(#futures)*
            ::core::future::poll_fn(|#cx| {
                for #branch in #all.round() {
                    match #branch {
                        #(#polls)*
                        _ => {}
                    }
                }
                if #all.all_disabled() {
                    return ::core::task::Poll::Ready(Select::Disabled);
                }
                ::core::task::Poll::Pending
            })
            .await
        };
        #[allow(unreachable_patterns, reason = "most patterns fit always")]
        match #output {
            #(#arms)*
            Select::Disabled => #otherwise,
            _ => ::core::unreachable!("select!: a pattern fits a value that it did not fit before"),
        }
    }}
}
