// What the browser tests share: a browser, steps that count, axe, and looking.
'use strict';
const fs = require('fs');
const path = require('path');

const folder = process.env.E2E_MODULES || path.join(__dirname, '../../build/e2e');
const { chromium } = require(path.join(folder, 'node_modules/playwright-core'));
const axe = fs.readFileSync(path.join(folder, 'node_modules/axe-core/axe.min.js'), 'utf8');
const screens = process.env.E2E_SCREENS || path.join(__dirname, '../../build/screens');
fs.mkdirSync(screens, { recursive: true });

let passed = 0, failed = 0;
async function step(name, run) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n  ${String(error && error.stack || error).split('\n').slice(0, 6).join('\n  ')}`);
  }
}
function check(condition, text) {
  if (!condition) throw new Error(text);
}
function end() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--lang=ja', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

// Whether a request goes to this house: one of its listeners, where they are told.
function ours(url, origins) {
  const to = new URL(url);
  if (to.protocol === 'data:' || to.protocol === 'blob:' || to.protocol === 'about:') return true;
  return origins ? origins.includes(to.host) : /^(127\.0\.0\.\d+|localhost)$/.test(to.hostname);
}

// A person's browser; every request that leaves the house is a fault (sound() tells).
// origins: the listeners "host:port" that belong to the house
async function person(browser, width, { origins, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'ja-JP',
    acceptDownloads: true, bypassCSP: false, ...options });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (e) => page.faults.push(`error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error' && !/status of (4|5)\d\d/.test(m.text())) page.faults.push(m.text());
  });
  page.on('request', (r) => {
    if (!ours(r.url(), origins)) page.faults.push(`leaves: ${r.url()}`);
  });
  return page;
}

// axe is put in by the browser's own debugger, past the page's policy.
async function accessible(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', { awaitPromise: true, returnByValue: true,
    expression: `axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})
      .then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))` });
  await session.detach();
  check(Array.isArray(result.value), `${name}: axe did not run`);
  check(result.value.length === 0, `${name}: ${result.value.join('; ')}`);
}

// No side scroll, one h1, the frame in its order.
async function sound(page, name, language = 'ja') {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name}: scrolls sideways by ${wide}px at ${page.viewportSize().width}`);
  check(await page.locator('h1').count() === 1, `${name}: not one h1`);
  check(await page.locator(`html[lang=${language}]`).count() === 1, `${name}: not in the language ${language}`);
  check(await page.locator('.zoneband').count() === 1, `${name}: no zone band`);
  check(page.faults.length === 0, `${name}: ${page.faults.join('; ')}`);
}

// Tab from the top until the wanted control; focus must be visible on the way.
async function reachable(page, selector, name) {
  await page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
  return tab(page, selector, name);
}

// Tab on (or back) from where the focus is.
async function tab(page, selector, name, key = 'Tab') {
  const seen = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press(key);
    const at = await page.evaluate((wanted) => {
      const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
      return { tag: e.tagName, hit: e.matches(wanted), body: e === document.body,
        visible: parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== 'none', inside: r.width > 0 && r.bottom > 0 };
    }, selector);
    if (at.body) break;
    seen.push(at.tag);
    check(at.visible && at.inside, `${name}: focus cannot be seen on ${at.tag} (stop ${i + 1})`);
    if (at.hit) return;
  }
  throw new Error(`${name}: ${selector} is not reached by Tab (${seen.length} stops)`);
}

// A name as people know it.  The part of a button's name that only a screen reader
// gets (": 見積書.docx") is a block of its own, so that a space may stand before it.
function named(name) {
  const source = name instanceof RegExp ? name.source : name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(source.replace(/: /g, '\\s*: '));
}

async function shot(page, name) {
  await page.screenshot({ path: path.join(screens, `${name}-${page.viewportSize().width}.png`), fullPage: true });
}

module.exports = { open, person, step, check, end, accessible, sound, reachable, tab, named, shot, screens };
