// What the journeys share: a person at a desk, who looks at every page on the way.
//   wide      1280 px
//   narrow    390 px, a phone
//   keyboard  1280 px, the mouse is never used; the focus is seen at each stop
//   noscript  1280 px, scripts are off
'use strict';
const fs = require('fs');
const { must } = require('../tags/kit.js');
const { code } = require('../city.js');
const { Terminal } = require('../terminal.js');
const { check, ...kit } = require('../kit.js');

const modes = { wide: [1280, true], narrow: [390, true], keyboard: [1280, true], noscript: [1280, false] };
const own = 'Shiosai-Tabiji-2026';
const people = new Map(); // "body login": what the person knows for signing in
const seen = new Set();   // shapes of pages that axe has passed
const journeys = [];
const journey = (says, role, mode, body, run) => journeys.push({ says, role, mode, body, run });

// What axe looks at: every element once, by its attributes without their values that only
// name things, and whether it stands empty.  A second page of the same shape is not looked at.
function shape(html, width) {
  const kinds = new Set();
  for (const [, tag, attributes, after] of html.matchAll(/<([a-z][\w-]*)((?:\s+[^<>]*)?)>(<\/)?/g))
    kinds.add(`${tag} ${attributes.replace(/\b(value|href|id|for|name|action|title|d|x|y|width|height|aria-labelledby|aria-describedby|aria-label)="([^"]*)"/g,
      (m, name, value) => name + (value ? '+' : '-'))}${after || ''}`);
  return `${width} ${[...kinds].sort().join('\n')}`;
}

class Desk {
  constructor(browser, office, login, mode, name, counts) { Object.assign(this, { browser, office, login, mode, name, counts }); }
  async open() {
    const [width, scripts] = modes[this.mode];
    this.scripts = scripts;
    this.page = await kit.person(this.browser, width, { javaScriptEnabled: scripts, origins: [this.office.inner, this.office.outer] });
    this.begin();
    return this;
  }
  begin() { [this.fields, this.presses, this.typed, this.began] = [0, 0, 0, Date.now()]; }
  // what every page owes
  async look() {
    const main = await this.page.content();
    this.counts.pages++;
    await kit.sound(this.page, this.name);
    const bare = shape(main, this.page.viewportSize().width);
    if (!this.scripts || seen.has(bare)) return;
    seen.add(bare);
    this.counts.looked++;
    await kit.accessible(this.page, this.name);
  }
  async shot(what) { await kit.shot(this.page, `journey-${this.name}-${what}`); }
  async go(to) { await this.page.goto(`http://${this.office.inner}${to}`); await this.look(); }
  path() { return new URL(this.page.url()).pathname; }
  async text() { return this.page.locator('body').innerText(); }
  async has(words) {
    const text = await this.text();
    check(words instanceof RegExp ? words.test(text) : text.includes(words), `no 「${words}」 at ${this.page.url()}\n${text.slice(0, 1800)}`);
  }
  async hasNot(words) { check(!(await this.text()).includes(words), `「${words}」 at ${this.page.url()}`); }
  named(name) { return this.page.locator(`[name="${name}"]`).first(); }
  async there(name) { return await this.page.locator(`[name="${name}"]`).count() > 0; }

  // ---- the keyboard: from where the focus is, over the link to the text if that is nearer
  async reach(locator) {
    await locator.evaluate((e) => e.setAttribute('data-wanted', ''));
    const where = await this.page.evaluate(() => {
      const at = document.activeElement, wanted = document.querySelector('[data-wanted]');
      if (at === wanted) return 'here';
      if (at === document.body) return document.querySelector('main').contains(wanted) ? 'skip' : 'on';
      return at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING ? 'on' : 'back';
    });
    if (where === 'skip') {
      await kit.tab(this.page, '.skip', this.name);
      await this.page.keyboard.press('Enter');
    }
    if (where !== 'here') await kit.tab(this.page, '[data-wanted]', this.name, where === 'back' ? 'Shift+Tab' : 'Tab');
    await locator.evaluate((e) => e.removeAttribute('data-wanted'));
  }
  async use(locator, key = 'Enter') { // by mouse or finger, or by keyboard
    this.presses++;
    if (this.mode !== 'keyboard') return locator.click();
    await this.reach(locator);
    return this.page.keyboard.press(key);
  }
  async leave(locator) {
    if (this.mode === 'keyboard') await this.reach(locator); // over #main, which is a way too
    await Promise.all([this.page.waitForEvent('framenavigated'), this.use(locator)]);
    await this.page.waitForLoadState();
    await this.look();
  }
  async press(name) { await this.leave(this.page.getByRole('button', { name: kit.named(name) }).first()); }
  async follow(name) { await this.leave(this.page.locator('main').getByRole('link', { name: kit.named(name) }).first()); }
  async menu(name) { await this.leave(this.page.locator('nav').getByRole('link', { name: kit.named(name) }).first()); }

  // ---- fields, by their names or by what stands over them
  async fill(name, value) { return this.type(typeof name === 'string' ? this.named(name) : name, value); }
  label(words) { return this.page.locator('main').getByLabel(words).first(); }
  async type(field, value) {
    this.fields++;
    this.typed += [...value].length;
    if (this.mode !== 'keyboard') return field.fill(value);
    await this.reach(field);
    await this.page.keyboard.press('Control+A');
    return this.page.keyboard.insertText(value);
  }
  async choose(name, label) { // from a list, as the list is: folded or as buttons
    const field = this.named(name);
    if (await field.evaluate((e) => e.tagName) === 'SELECT') {
      this.fields++;
      if (this.mode !== 'keyboard') return field.selectOption({ label });
      await this.reach(field);
      const at = await field.evaluate((e, wanted) => [...e.options].findIndex((o) => o.label.trim() === wanted), label);
      check(at >= 0, `no 「${label}」 in ${name}`);
      await this.page.keyboard.press('Home');
      for (let i = 0; i < at; i++) await this.page.keyboard.press('ArrowDown');
      return check(await field.evaluate((e) => e.selectedOptions[0].label.trim()) === label, `${name} is not chosen by the keyboard`);
    }
    const group = this.page.locator(`fieldset:has([name="${name}"])`).first();
    return this.mark(group.getByLabel(label).first(), name);
  }
  async pick(name, value) { return this.mark(this.page.locator(`[name="${name}"][value="${value}"]`).first(), name); }
  async mark(box, name) {
    this.fields++;
    const folded = this.page.locator(`details:has([name="${name}"]):not([open]) > summary`).first();
    if (await folded.count()) await this.use(folded);
    if (this.mode !== 'keyboard') return box.check();
    await box.focus(); // Tab stops at a group once, arrows go on inside
    await this.page.keyboard.press('Space');
    return check(await box.isChecked(), `${name} is not chosen by the keyboard`);
  }
  async unfold(words) {
    const folded = this.page.locator('summary', { hasText: words }).first();
    if (await folded.count()) await this.use(folded);
  }
  // a row of a register: looked for where there are many, else one of a few
  async object(name, words) {
    if (await this.there(`${name}.q`)) {
      await this.type(this.named(`${name}.q`), words);
      this.fields--; // looking is not a field of the form
      await this.press(/探す: /);
    }
    return this.choose(name, new RegExp(words.replace(/[().]/g, '\\$&')));
  }
  async attach(file) { await this.page.locator('input[type=file]').setInputFiles(file); }
  async download(locator) {
    this.presses++;
    const [file] = await Promise.all([this.page.waitForEvent('download'), locator.click()]);
    return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
  }

  // ---- signing in: over the pages the first time, then with a session of one's own
  async signIn() {
    const key = `${this.office.folder} ${this.login}`;
    if (people.has(key)) await this.resume(people.get(key));
    else people.set(key, await this.firstDay());
    if (this.page.url() === 'about:blank') await this.go('/');
    check(this.path() === '/', `${this.login} is not signed in: ${this.page.url()}\n${(await this.text()).slice(0, 800)}`);
    this.begin();
    return this;
  }
  async firstDay() {
    const password = must('person', 'password-reset', '-C', this.office.folder, this.login).stdout.trim().split(/\s+/).pop();
    await this.go('/');
    check(this.path() === '/signin', `not asked to sign in: ${this.path()}`);
    await this.fill('login', this.login);
    await this.fill('password', password);
    await this.press('次へ進む');
    await this.fill('password', own);
    await this.fill('again', own);
    await this.press('パスワードを変える');
    const who = { login: this.login, password: own, step: 0, secret: (await this.page.locator('.secret').innerText()).replace(/\s/g, '') };
    await this.fill('code', code(this.office, who));
    await this.press('サインインする');
    return who;
  }
  async resume(who) {
    const it = new Terminal(this.office.inner);
    await it.signIn(this.office, who);
    await this.page.context().addCookies(Object.entries(it.cookies).map(([name, value]) =>
      ({ name, value, url: `http://${this.office.inner}/`, httpOnly: true, sameSite: 'Strict' })));
  }

  // every question of the items is answered
  async answer(yes = () => true) {
    const items = this.page.locator('fieldset.item');
    for (let i = 0; i < await items.count(); i++) {
      const said = yes(await items.nth(i).innerText());
      await items.nth(i).getByRole('radio', { name: said ? 'はい' : 'いいえ' }).check();
    }
    if (await items.count()) await this.press('項目の答えを記録する');
  }
  async state(clause, states) { // the proof page's word for a clause
    const at = await this.office.state(clause);
    check([].concat(states).includes(at), `${clause} stands ${at}, not ${states}`);
  }
  async done() {
    const faults = this.page.faults;
    await this.page.context().close();
    check(faults.length === 0, `${this.login}: ${faults.join('; ')}`);
  }
}

const row = (office, login, kind, name, cells, section) => office.post(login, `/registers/${kind}/rows`, { name, cells, section });
const asset = async (office, name, importance = 'B') => row(office, 'tanaka', 'asset', name, { owner: 'tax', importance, personal: 'no', specific: 'no',
  harm: 'no', undisclosed: importance === 'C' ? 'no' : 'yes', hampers: 'no', from_inside: 'no', limits: 'backed_up',
  circle: await office.person('aoki'), for_business: 'yes' }, 'tax');

module.exports = { Desk, journey, journeys, row, asset, check, kit };
