// One person at one terminal of a demo city, in a browser: what the walks share.
'use strict';
const fs = require('fs');
const { check, ...kit } = require('./kit.js');
const { code } = require('./city.js');

class Desk {
  // shots: what the names of its pictures begin with
  constructor(browser, city, login, zone, { scripts = true, shots }) {
    Object.assign(this, { browser, city, person: city.people[login], zone, scripts, shots,
      base: `http://${zone === 'lgwan' ? city.inner : city.outer}` });
  }
  async open() {
    this.page = await kit.person(this.browser, 1280, { javaScriptEnabled: this.scripts });
    return this;
  }
  field(id) { return this.page.locator(`#${id}`); }
  async go(to) { await this.page.goto(this.base + to); }
  async press(name) { await this.page.getByRole('button', { name: kit.named(name) }).first().click(); }
  async follow(name) { await this.page.getByRole('link', { name: kit.named(name) }).first().click(); }
  async text() { return this.page.locator('body').innerText(); }
  // what every page owes: sound at both widths, axe, a picture
  async look(name) {
    for (const width of [390, 1280]) {
      await this.page.setViewportSize({ width, height: 900 });
      await kit.sound(this.page, name);
      if (this.scripts) await kit.accessible(this.page, name);
      if (this.scripts) await kit.shot(this.page, `${this.shots}-${name}`);
    }
  }
  async signIn() {
    await this.go('/');
    check(this.page.url().endsWith('/signin'), 'not asked to sign in');
    await this.field('login').fill(this.person.login);
    await this.field('password').fill(this.person.password);
    await this.press('次へ進む');
    check(this.page.url().endsWith('/signin/code'), `no second step: ${this.page.url()}`);
    await this.field('code').fill(code(this.city, this.person));
    await this.press('サインインする');
    check(new URL(this.page.url()).pathname === '/', `not signed in: ${this.page.url()}`);
    return this;
  }
  async download(press) {
    const [file] = await Promise.all([this.page.waitForEvent('download'), press()]);
    return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
  }
  // what the gate does takes a moment: open the page until it is there
  async appears(to, selector) {
    for (let i = 0; i < 120; i++) {
      await this.go(to);
      if (await this.page.locator(selector).count()) return;
      await new Promise((done) => setTimeout(done, 500));
    }
    throw new Error(`${selector} did not appear in 60 seconds`);
  }
  // the gate takes its time: reload until the page no longer says that it is checking
  async settled() {
    for (let i = 0; i < 120; i++) {
      if (await this.page.getByText('いま調べています').count() === 0) return;
      await new Promise((done) => setTimeout(done, 500));
      await this.page.reload();
    }
    throw new Error('still being checked after 60 seconds');
  }
  box(name) { return this.page.locator('article.box', { hasText: name }); }
  async give(name, password) { // to a file that is held for its password
    const form = this.page.locator('form[action$="/password"]', { hasText: name });
    await form.locator('input[type=password]').fill(password);
    await form.getByRole('button').click();
    await this.settled();
  }
  async send(files, purpose) { // inward; the path of its page
    await this.go('/send');
    await this.field('purpose').fill(purpose);
    await this.page.getByRole('radio', { name: /重要度C/ }).check();
    await this.field('partner').fill('青波測量からのメール');
    await this.field('files').setInputFiles(files);
    await this.press('加える');
    await this.press('この内容で送る');
    check(/\/crossings\/[a-z0-9]{26}$/.test(this.page.url()), `not sent: ${await this.text()}`);
    await this.settled();
    return new URL(this.page.url()).pathname;
  }
  async collect(to, name) { // {name, bytes} of one file of a crossing
    await this.go(to);
    return this.download(() => this.press(`受け取る: ${name}`));
  }
}

module.exports = { Desk };
