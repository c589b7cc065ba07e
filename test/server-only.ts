/** Stands for the package `server-only`, which throws outside of a server component's build. */
export {}
