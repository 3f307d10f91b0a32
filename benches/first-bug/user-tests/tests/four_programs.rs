//! The four programs as tests, with everything as it is by default.

macro_rules! program {
    ($name:ident, $path:literal) => {
        #[path = $path]
        #[allow(dead_code, unreachable_pub, clippy::duplicate_mod, reason = "an example, used here for its program only")]
        mod $name;

        #[reenact::test]
        async fn $name() {
            $name::program().await;
        }
    };
}

program!(asyncio_wait, "../../../../examples/asyncio_wait.rs");
program!(asyncio_wait_timeout, "../../../../examples/asyncio_wait_timeout.rs");
program!(asyncio_gather, "../../../../examples/asyncio_gather.rs");
program!(asyncio_as_completed, "../../../../examples/asyncio_as_completed.rs");
