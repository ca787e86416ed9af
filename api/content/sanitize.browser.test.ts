/** What staff could write into an HTML field, in a browser that would run it: the database keeps nothing that acts. */
import assert from 'node:assert/strict';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../scripts/testing/browser.ts';
import { sanitize } from './sanitize.ts';

/** `hit` is what runs where something does. */
const attacks = [
  '<script>hit()</script>',
  '<img src=x onerror=hit()>',
  '<svg onload=hit()>',
  '<svg><animate onbegin=hit() attributeName=x dur=1s>',
  '<svg><script>hit()</script></svg>',
  '<body onload=hit()>',
  '<details open ontoggle=hit()><summary>a</summary></details>',
  '<p onpointerover=hit() style="position:fixed;inset:0">a</p>',
  '<a href="javascript:hit()" id=target>a</a>',
  '<a href=" &#1;javascript:hit()">a</a>',
  '<a href="java&Tab;script:hit()">a</a>',
  '<a href="data:text/html,<script>opener.hit()</script>">a</a>',
  '<iframe srcdoc="<script>parent.hit()</script>"></iframe>',
  '<iframe src="javascript:parent.hit()"></iframe>',
  '<object data="javascript:hit()"></object>',
  '<embed src="javascript:hit()">',
  '<form action="javascript:hit()"><button>a</button></form>',
  '<input autofocus onfocus=hit()>',
  '<video><source onerror=hit()></video>',
  '<meta http-equiv="refresh" content="0;url=javascript:hit()">',
  '<base href="javascript:/a/-hit()//"><a href="#">a</a>',
  '<link rel=stylesheet href="//evil.example/x.css">',
  '<style>@import url("//evil.example/x.css");</style>',
  // What one parser reads as text and the next one as tags.
  '<noscript><p title="</noscript><img src=x onerror=hit()>"></noscript>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=hit()&gt;">',
  '<svg></p><style><a id="</style><img src=1 onerror=hit()>">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=hit()>',
  '<textarea><p title="</textarea><img src=x onerror=hit()>"></textarea>',
  '<xmp><p title="</xmp><img src=x onerror=hit()>"></xmp>',
  '<title><p title="</title><img src=x onerror=hit()>"></title>',
  '<plaintext><img src=x onerror=hit()>',
  '<select><iframe><script>hit()</script></iframe></select>',
  '<table><td background="javascript:hit()">a</td></table>',
  '<p class="a" title="&quot;><img src=x onerror=hit()>">a</p>',
  '<p title=`><img src=x onerror=hit()>`>a</p>',
  '<!--><img src=x onerror=hit()>-->',
  '<!--[if gte IE 4]><script>hit()</script><![endif]-->',
  '<![CDATA[<img src=x onerror=hit()>]]>',
  '<?xml version="1.0"?><img src=x onerror=hit()>',
  '<<img src=x onerror=hit()>',
  '<img/src=x/onerror=hit()>',
  '<a href="https://x.example" target=_blank>a</a>',
  '<div><a href="//evil.example">a</a></div>',
  '&lt;img src=x onerror=hit()&gt;',
  '<p>\u0000<scr\u0000ipt>hit()</scr\u0000ipt></p>',
];

describe('HTML that staff write, in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  before(async () => {
    const executablePath = findChromium();
    assert.ok(executablePath);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(() => browser?.close());

  /** Everything that happened on a page that has the HTML in it, and was clicked on. */
  async function happenings(html: string): Promise<readonly string[]> {
    const page = await browser.newPage();
    const seen: string[] = [];
    await page.exposeFunction('hit', () => seen.push('ran'));
    await page.route('**/*', (route) => {
      seen.push(`asked for ${route.request().url()}`);
      return route.abort();
    });
    // As a framework shows it, and as a page would that was sent with it.
    await page.evaluate(`document.body.innerHTML = ${JSON.stringify(html)};
      document.querySelectorAll('a[href^="j"], a[href^="d"], button').forEach((each) => each.click());`);
    await page.setContent(`<main>${html}</main>`, { waitUntil: 'commit', timeout: 2_000 }).catch(() => {});
    await page.mouse.move(50, 50);
    await page.waitForTimeout(20);
    await page.close();
    return seen;
  }

  it('runs nothing and asks for nothing, however it is written', async () => {
    const waiting = attacks.values();
    // Opening a page is mostly waiting, so there are a few at a time.
    const tried = Array.from({ length: 4 }, async () => {
      for (const attack of waiting) {
        const kept = await sanitize(attack);
        assert.deepEqual(await happenings(kept), [], `${attack}\n${kept}`);
        assert.equal(await sanitize(kept), kept, 'what is kept is kept');
      }
    });
    await Promise.all(tried);
  });

  it('is tried with attacks that would work', async () => {
    for (const attack of attacks.slice(0, 2))
      assert.deepEqual((await happenings(attack)).includes('ran'), true, attack);
  });
});
