/** Content security policy of every page: nothing may be loaded and no script may run, so a reader can trust a page that comes from somebody else, and a case id cannot do anything. */
export const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
