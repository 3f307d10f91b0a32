//! The options of the attribute.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprPath, ExprUnary, Lit, Path, Token, parse_quote_spanned};

const KNOWN: &str = "executions, scheduler, seed, jobs, time_limit, pending, task_panics, max_steps, max_virtual_time, isolate, hostile and crate are";

/// What stands in the parentheses.
#[derive(Default)]
pub(crate) struct Options {
    /// Where to find reenact.
    pub(crate) krate: Option<Path>,
    /// Variant and value of each other option.
    pub(crate) list: Vec<TokenStream>,
}

/// `name = value`, or `hostile`
struct Setting {
    name: String,
    span: Span,
    value: Expr,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let span = input.span();
        let name = if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            "crate".to_owned()
        } else {
            input.parse::<syn::Ident>()?.to_string()
        };
        // By itself it means all of it.
        if name == "hostile" && !input.peek(Token![=]) {
            return Ok(Self { name, span, value: parse_quote_spanned! { span => "all" } });
        }
        // An option that is on or off is on when it stands there.
        if name == "isolate" && !input.peek(Token![=]) {
            return Ok(Self { name, span, value: syn::parse_quote!(true) });
        }
        input.parse::<Token![=]>()?;
        Ok(Self { name, span, value: input.parse()? })
    }
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        let mut names = Vec::new();
        for setting in Punctuated::<Setting, Token![,]>::parse_terminated(input)? {
            if names.contains(&setting.name) {
                return Err(syn::Error::new(setting.span, format!("`{}` stands twice", setting.name)));
            }
            options.add(&setting)?;
            names.push(setting.name);
        }
        Ok(options)
    }
}

impl Options {
    fn add(&mut self, setting: &Setting) -> syn::Result<()> {
        let Setting { name, span, value } = setting;
        let (variant, value) = match name.as_str() {
            "crate" => {
                self.krate = Some(path(value)?);
                return Ok(());
            }
            "executions" => ("Executions", whole(name, value)?),
            "isolate" => ("Isolate", switch(name, value)?),
            "jobs" => ("Jobs", whole(name, value)?),
            "seed" => ("Seed", whole(name, value)?),
            "max_steps" => ("MaxSteps", whole(name, value)?),
            "time_limit" => ("TimeLimit", seconds(name, value)?),
            "max_virtual_time" => ("MaxVirtualTime", seconds(name, value)?),
            "scheduler" => ("Scheduler", text(name, value)?),
            "pending" => ("Pending", text(name, value)?),
            "hostile" => ("Hostile", text(name, value)?),
            "task_panics" => ("TaskPanics", text(name, value)?),
            _ => return Err(syn::Error::new(*span, format!("`{name}` is no option of #[reenact::test]: {KNOWN}"))),
        };
        let variant = syn::Ident::new(variant, *span);
        self.list.push(quote_spanned! { *span => #variant(#value) });
        Ok(())
    }
}

fn path(value: &Expr) -> syn::Result<Path> {
    match value {
        Expr::Path(ExprPath { qself: None, path, .. }) => Ok(path.clone()),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse(),
        _ => Err(syn::Error::new(value.span(), "`crate` takes a path, as in crate = my::path")),
    }
}

/// A whole number, or an expression that is one, such as a constant.
fn whole(name: &str, value: &Expr) -> syn::Result<TokenStream> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Ok(quote_spanned! { value.span() => #value }),
        Expr::Lit(_) | Expr::Unary(ExprUnary { op: syn::UnOp::Neg(_), .. }) => {
            Err(syn::Error::new(value.span(), format!("`{name}` takes a whole number from 0, as in {name} = 500")))
        }
        _ => Ok(quote_spanned! { value.span() => #value }),
    }
}

fn seconds(name: &str, value: &Expr) -> syn::Result<TokenStream> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(whole), .. }) => {
            let seconds = whole.base10_parse::<u32>()?;
            let seconds = f64::from(seconds);
            Ok(quote_spanned! { value.span() => #seconds })
        }
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => Ok(quote_spanned! { value.span() => #value }),
        Expr::Lit(_) | Expr::Unary(_) => {
            Err(syn::Error::new(value.span(), format!("`{name}` takes seconds from 0, as in {name} = 2.5")))
        }
        _ => Ok(quote_spanned! { value.span() => #value }),
    }
}

fn switch(name: &str, value: &Expr) -> syn::Result<TokenStream> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }) => Ok(quote_spanned! { value.span() => #value }),
        Expr::Lit(_) => Err(syn::Error::new(value.span(), format!("`{name}` takes true or false, or stands alone"))),
        _ => Ok(quote_spanned! { value.span() => #value }),
    }
}

fn text(name: &str, value: &Expr) -> syn::Result<TokenStream> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => Ok(quote_spanned! { value.span() => #value }),
        Expr::Lit(_) => {
            let example = match name {
                "scheduler" => "pct:3",
                "hostile" => "spurious:2,fresh",
                _ => "fail",
            };
            Err(syn::Error::new(value.span(), format!("`{name}` takes a text, as in {name} = \"{example}\"")))
        }
        _ => Ok(quote_spanned! { value.span() => #value }),
    }
}
