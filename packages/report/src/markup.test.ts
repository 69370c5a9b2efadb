import { expect, test } from "vitest";
import { escapeText, markup } from "./markup.js";

test("text that wants to be markup stays text, as content and between quotes", () => {
  expect(escapeText(`<script>a("b") && 'c'</script>`)).toBe("&lt;script&gt;a(&quot;b&quot;) &amp;&amp; &#39;c&#39;&lt;/script&gt;");
  expect(markup`<td title="${'" onclick="x'}">${"<script>"}</td>`.html).toBe('<td title="&quot; onclick=&quot;x">&lt;script&gt;</td>');
});

test("markup in markup is kept, lists are joined, nothing leaves nothing", () => {
  const items = ["a&b", "c"].map((item) => markup`<li>${item}</li>`);
  expect(markup`<ul>${items}</ul>${null}${false}${3.5}`.html).toBe("<ul><li>a&amp;b</li><li>c</li></ul>3.5");
});
