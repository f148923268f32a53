// Ways through the office, each by one person (or two) from the sign-in page to
// an end that matters, over the real programs.  Every page on the way: no side scroll,
// one h1, no request that leaves the two listeners, axe clean (with scripts).
//   wide      1280 px
//   narrow    390 px, a phone
//   keyboard  1280 px, the mouse is never used; the focus is seen at each stop
//   noscript  1280 px, scripts are off
//   node tests/e2e/journeys.js BUILD [NUMBER]     JOURNEY=3 runs only that one
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const build = path.resolve(process.argv[2] || 'build');
process.env.TAGS_BUILD = build;
const { Office, must } = require('./tags/kit.js');
const { code } = require('./city.js');
const { check, ...kit } = require('./kit.js');

const journeys = [];
const journey = (says, role, mode, body, run) => journeys.push({ says, role, mode, body, run });
const modes = { wide: [1280, true], narrow: [390, true], keyboard: [1280, true], noscript: [1280, false] };
const own = 'Shiosai-Tabiji-2026';
const people = new Map(); // "body login": what the person knows for signing in
const seen = new Set();   // pages that axe has passed, tokens and ids apart
let browser, pages, looked;

class Desk {
  constructor(office, login, mode, name) { Object.assign(this, { office, login, mode, name, clicks: 0 }); }
  async open() {
    const [width, scripts] = modes[this.mode];
    this.scripts = scripts;
    this.page = await kit.person(browser, width, { javaScriptEnabled: scripts });
    this.page.context().setDefaultTimeout(20000);
    return this;
  }
  // what every page owes
  async look() {
    const main = await this.page.content();
    pages++;
    await kit.sound(this.page, this.name);
    const bare = `${this.page.viewportSize().width} ${main.replace(/value="[^"]*"/g, '').replace(/[a-z2-7]{26}/g, '').replace(/\d+/g, '')}`;
    if (!this.scripts || seen.has(bare)) return;
    seen.add(bare);
    looked++;
    await kit.accessible(this.page, this.name);
  }
  async shot(what) { await kit.shot(this.page, `journey-${this.name}-${what}`); }
  async go(to) { await this.page.goto(`http://${this.office.inner}${to}`); await this.look(); }
  path() { return new URL(this.page.url()).pathname; }
  async text() { return this.page.locator('body').innerText(); }
  async has(words) {
    const text = await this.text();
    check(text.includes(words), `no 「${words}」 at ${this.page.url()}\n${text.slice(0, 1800)}`);
  }
  async hasNot(words) { check(!(await this.text()).includes(words), `「${words}」 at ${this.page.url()}`); }
  // by mouse or finger, or by Tab and Enter
  async use(locator, key = 'Enter') {
    this.clicks++;
    if (this.mode === 'keyboard') {
      await locator.evaluate((e) => e.setAttribute('data-wanted', ''));
      await this.page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
      await kit.tab(this.page, '[data-wanted]', this.name);
      await this.page.keyboard.press(key);
      await locator.evaluate((e) => e.removeAttribute('data-wanted')).catch(() => {}); // the page may have gone
    } else {
      await locator.click();
    }
  }
  async leave(locator) {
    await Promise.all([this.page.waitForEvent('framenavigated'), this.use(locator)]);
    await this.page.waitForLoadState();
    await this.look();
  }
  async press(name) { await this.leave(this.page.getByRole('button', { name: kit.named(name) }).first()); }
  async follow(name) { await this.leave(this.page.locator('main').getByRole('link', { name: kit.named(name) }).first()); }
  async menu(name) { await this.leave(this.page.locator('nav').getByRole('link', { name: kit.named(name) }).first()); }
  async fill(name, value) {
    const field = this.page.locator(`[name="${name}"]`).first();
    this.fields = (this.fields || 0) + 1;
    if (this.mode !== 'keyboard') return field.fill(value);
    await field.evaluate((e) => e.setAttribute('data-wanted', ''));
    await this.page.evaluate(() => { document.activeElement.blur(); window.scrollTo(0, 0); });
    await kit.tab(this.page, '[data-wanted]', this.name);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(value);
    await field.evaluate((e) => e.removeAttribute('data-wanted'));
  }
  async choose(name, label) {
    this.fields = (this.fields || 0) + 1;
    await this.page.locator(`[name="${name}"]`).first().selectOption({ label });
  }
  async pick(name, value) {
    this.fields = (this.fields || 0) + 1;
    const radio = this.page.locator(`[name="${name}"][value="${value}"]`).first();
    const folded = this.page.locator(`details:has([name="${name}"]):not([open]) > summary`).first();
    if (await folded.count()) await folded.click();
    if (this.mode !== 'keyboard') return radio.check();
    await radio.focus(); // Tab stops at a group once, arrows go on inside
    await this.page.keyboard.press('Space');
    check(await radio.isChecked(), `${name}=${value} is not chosen by the keyboard`);
  }
  async unfold(words) { await this.page.locator('summary', { hasText: words }).first().click(); }
  async download(locator) {
    this.clicks++;
    const [file] = await Promise.all([this.page.waitForEvent('download'), locator.click()]);
    return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
  }
  async signIn() {
    const key = `${this.office.body} ${this.login}`;
    await this.go('/');
    check(this.path() === '/signin', `not asked to sign in: ${this.path()}`);
    if (!people.has(key)) {
      const provisional = must('person', 'password-reset', '-C', this.office.folder, this.login).stdout.trim().split(/\s+/).pop();
      people.set(key, { login: this.login, password: provisional, step: 0, secret: '' });
    }
    const who = people.get(key);
    await this.fill('login', this.login);
    await this.fill('password', who.password);
    await this.press('次へ進む');
    if (!who.secret) { // the first day
      await this.fill('password', own);
      await this.fill('again', own);
      await this.press('パスワードを変える');
      [who.password, who.secret] = [own, (await this.page.locator('.secret').innerText()).replace(/\s/g, '')];
    }
    await this.fill('code', code(this.office, who));
    await this.press('サインインする');
    check(this.path() === '/', `${this.login} is not signed in: ${this.page.url()}\n${(await this.text()).slice(0, 800)}`);
    [this.clicks, this.fields] = [0, 0];
    return this;
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
  async done() { await this.page.context().close(); }
}

const row = (office, login, kind, name, cells, section) => office.post(login, `/registers/${kind}/rows`, { name, cells, section });
const asset = async (office, name, importance = 'B') => row(office, 'tanaka', 'asset', name, { owner: 'tax', importance, personal: 'no', specific: 'no',
  harm: 'no', undisclosed: importance === 'C' ? 'no' : 'yes', hampers: 'no', from_inside: 'no', limits: 'backed_up',
  circle: await office.person('aoki'), for_business: 'yes' }, 'tax');

// a taking-out that somebody wants, sent; the page's path
async function asked(d, name, place = '市内の現地') {
  await d.go('/apply/take_out');
  await d.fill('f.object.q', name).catch(() => {});
  if (await d.page.getByRole('button', { name: /探す\s*: 対象/ }).count()) await d.press('探す: 対象');
  const radio = d.page.getByRole('radio', { name: new RegExp(name) });
  if (await radio.count()) await radio.first().check();
  else await d.choose('f.object', name);
  await d.fill('f.place', place);
  await d.fill('f.until', 'R8.4.20');
  await d.pick('f.on_duty', 'yes');
  await d.fill('purpose', '現地調査で筆ごとの面積を確かめるため');
  await d.press('申請する');
  check(/^\/decide\/[a-z0-9]{26}$/.test(d.path()), `not sent: ${d.page.url()}\n${(await d.text()).slice(0, 1500)}`);
  return d.path();
}

// ---- applications

journey('持出しを初めての人が90秒・6項目で申請する', 'staff', 'narrow', 'hannan', async (s) => {
  await asset(s.office, '現地調査図');
  const d = await s.person('aoki');
  const began = Date.now();
  await d.follow('申請する');
  await d.follow('職場外への持出し');
  await d.shot('form');
  const shown = await d.page.locator('main form .field:visible, main form fieldset.field:visible').count();
  check(shown <= 8, `${shown} fields stand open`);
  await d.page.locator('[name="f.object.q"]').first().fill('現地').catch(() => {});
  if (await d.page.locator('[name="f.object.q"]').count()) await d.press('探す: 対象');
  d.fields = 0;
  const radio = d.page.getByRole('radio', { name: /現地調査図/ });
  if (await radio.count()) { d.fields++; await radio.first().check(); } else await d.choose('f.object', '現地調査図');
  await d.fill('f.place', '青波市港町1丁目');
  await d.fill('f.until', 'R8.4.10');
  await d.pick('f.on_duty', 'yes');
  await d.fill('purpose', '現地調査で面積を確かめるため');
  await d.press('申請する');
  await d.has('承認待ち');
  check(d.fields <= 6, `${d.fields} fields`);
  check(d.clicks <= 5, `${d.clicks} presses`);
  check(Date.now() - began < 90000, `${Date.now() - began} ms`);
  s.note(`${d.fields} fields, ${d.clicks} presses, ${Math.round((Date.now() - began) / 1000)} s`);
  s.keep.takeout = d.path();
  await d.shot('sent');
});

journey('持出しを電話で許可し、記録を書いて終える', 'manager, staff', 'narrow', 'hannan', async (s) => {
  const m = await s.person('tanaka');
  await m.has('今日やること');
  await m.go('/decide');
  await m.page.locator(`.queue a[href="${s.keep.takeout}"]`).first().waitFor();
  await m.leave(m.page.locator(`.queue a[href="${s.keep.takeout}"]`).first());
  for (const words of ['決裁欄', 'この申請に働く条文', '港町']) await m.has(words);
  await m.shot('decide');
  await m.press('許可する');
  await m.has('許可');
  const d = await s.person('aoki');
  await d.go(s.keep.takeout);
  await d.follow('持出し・持込みの記録簿');
  await d.fill('f.performed_at', 'R8.4.2 13:00');
  await d.choose('f.performer', '青木 一郎').catch(() => {});
  await d.fill('f.back_at', 'R8.4.2');
  for (const none of await d.page.locator('label.none input').all()) await none.check();
  await d.press('書き終えて閉じる');
  await d.has('閉じています');
  await d.go(s.keep.takeout);
  await d.press('完了にする');
  await d.has('完了');
  await d.state('HN-2.2.2(5)-5', 'met');
});

journey('理由を書いて不許可にする', 'manager, staff', 'keyboard', 'hannan', async (s) => {
  await asset(s.office, '公図の写し');
  const d = await s.person('ueda', 'wide');
  const where = await asked(d, '公図の写し');
  const m = await s.person('tanaka');
  await m.go(where);
  await m.press('不許可にする');
  await m.has('「理由・条件」が空です');
  await m.fill('reason', '窓口で閲覧できるため、持ち出す必要がありません');
  await m.press('不許可にする');
  await m.has('不許可');
  await m.shot('declined');
  await d.go(where);
  await d.has('窓口で閲覧できるため');
  await d.state('HN-2.1(3)-1', ['met', 'enforced']);
});

journey('差し戻された申請を直し、もう一度出して許可を得る', 'staff, manager', 'noscript', 'hannan', async (s) => {
  await asset(s.office, '地番図');
  const d = await s.person('ueda'), m = await s.person('tanaka');
  const where = await asked(d, '地番図', '市内');
  await m.go(where);
  await m.fill('reason', '持出先の町名を書いてください');
  await m.press('差し戻す');
  await m.has('差戻し');
  await d.go('/');
  await d.go(where);
  await d.has('持出先の町名を書いてください');
  await d.follow('同じ内容でもう一度申請する');
  check(await d.page.locator('[name="f.until"]').inputValue() === 'R8.4.20', 'what stood there is lost');
  await d.fill('f.place', '青波市港町2丁目');
  await d.press('申請する');
  const again = d.path();
  check(again !== where, 'not a new one');
  await m.go(again);
  await m.has('港町2丁目');
  await m.press('許可する');
  await d.go(again);
  await d.has('許可');
});

journey('二つの画面で同時に決裁し、後の方はだれが先かを知る', 'manager', 'wide', 'hannan', async (s) => {
  const thing = await asset(s.office, '家屋の評価調書');
  const d = await s.person('aoki');
  await d.go(`/apply/use_otherwise?object=${thing.id}`).catch(() => {});
  const form = await d.page.locator('form[action^="/apply/"]').count();
  let where;
  if (form) {
    await d.fill('purpose', '防災部門の被害想定に使うため');
    await d.press('申請する');
    where = d.path();
  }
  if (!/^\/decide\//.test(where || '')) where = await asked(d, '家屋の評価調書');
  const one = await s.person('tanaka'), two = await s.person('tanaka');
  await one.go(where);
  await two.go(where);
  await one.press('許可する');
  await two.fill('reason', '一度差し戻します');
  await two.press('差し戻す');
  const text = await two.text();
  check(/田中|先に|すでに/.test(text), `not told who was first: ${text.slice(0, 900)}`);
  await two.shot('late');
  await one.go(where);
  await one.has('許可');
  await one.hasNot('一度差し戻します');
});

// ---- incidents, training, inspection

journey('事案を1分で報告する', 'staff', 'keyboard', 'hannan', async (s) => {
  const d = await s.person('aoki');
  const began = Date.now();
  await d.follow('事案を報告する');
  await d.fill('name', '貸出端末の紛失');
  await d.fill('story', '駅の待合室に置き忘れた。15時ごろ気付いた。');
  await d.press('報告する');
  check(/^\/case\//.test(d.path()), `not reported: ${d.page.url()}\n${(await d.text()).slice(0, 900)}`);
  check(Date.now() - began < 60000, `${Date.now() - began} ms`);
  s.note(`${Math.round((Date.now() - began) / 1000)} s by keyboard`);
  await d.has('未完成');
  await d.has('駅の待合室');
  s.keep.incident = d.path();
  const m = await s.person('tanaka', 'narrow');
  await m.go(s.keep.incident);
  await m.has('次にできること');
  await m.shot('incident');
  await d.state('HN-2.5.3(1)-1', ['unproven', 'met', 'overdue']);
});

journey('研修の実施を決め、職員が受けて理解度を記録する', 'CISO, staff', 'wide', 'hannan', async (s) => {
  const course = await row(s.office, 'hayashi', 'course', '標的型攻撃の研修', { audience: 'everybody', drill: 'no', fits_role: 'yes' });
  const c = await s.person('kuroda');
  await c.follow('したこと・起きたことを記録する');
  await c.fill('q', '研修');
  await c.press('探す');
  await c.follow('研修・訓練の実施の決定');
  await c.fill('f.performed_at', 'R8.4.1');
  if (await c.page.locator('select[name="f.object"]').count()) await c.choose('f.object', '標的型攻撃の研修').catch(() => {});
  else await c.page.getByRole('radio', { name: /標的型攻撃の研修/ }).check();
  await c.press('記録する');
  await c.has('これからすること');
  await c.shot('told');
  const d = await s.person('aoki');
  await s.office.until('the invitation is at home', async () => { await d.go('/'); return (await d.text()).includes('受講'); });
  await d.go(`/record?act=attend_course&row=${course.id}`);
  await d.fill('f.performed_at', 'R8.4.1 15:00');
  await d.fill('f.score', '90');
  await d.press('記録する');
  await d.has('受講の記録簿');
  await d.go('/duties');
  await d.follow('受講');
  await d.fill('note', '4月1日に受講しました');
  await d.press('記録する').catch(() => d.press('行ったことを記録する'));
  await d.state('HN-2.5.2(3)', ['met', 'unproven']);
  const entry = await s.office.entry({ kind: 'deed.told', subject: course.id });
  check(entry, 'no entry');
});

journey('自己点検に答え、評価を受ける', 'manager', 'noscript', 'hannan', async (s) => {
  const m = await s.person('tanaka');
  await m.go('/cases/new/inspection');
  await m.fill('name', '税務課の自己点検 令和8年度上期');
  await m.pick('f.problem', 'no').catch(() => m.choose('f.problem', 'いいえ'));
  await m.press('始める');
  await m.answer();
  await m.press('自己点検の実施を記録する');
  await m.has('回答済み');
  const sup = await s.person('sato');
  await sup.go(m.path());
  await sup.answer();
  if (await sup.page.getByRole('button', { name: /点検結果の評価/ }).count()) await sup.press('点検結果の評価');
  await sup.has('評価済み');
  const entry = await s.office.entry({ kind: 'case.moved', subject: m.path().split('/').pop() });
  check(entry.data.done === 'inspection.evaluate', JSON.stringify(entry.data));
});

// ---- services and social media

const light = { section: 'tax', cloud: 'yes', personal: 'no' };
async function inner(office, name, level) {
  return row(office, 'tanaka', 'asset', name, { owner: 'tax', from_inside: 'yes', loss_whole: 'no', loss_rights: 'no', confidentiality: level, availability: '1', integrity: '1' }, 'tax');
}
async function openService(s, d, name, contents, more) {
  // what a form asks is shown in journeys of its own; here the way through the steps counts
  await d.go('/cases/new/service');
  await d.fill('name', name);
  await d.unfold('そのほかの項目').catch(() => {});
  for (const [fact, value] of Object.entries({ ...light, ...more }))
    if (fact !== 'section') await d.pick(`f.${fact}`, value);
  const box = d.page.locator(`[name="f.contents"][value="${contents}"]`);
  if (!await box.count()) {
    await d.fill('f.contents.q', name.slice(0, 2));
    await d.press('探す: 扱う情報');
  }
  await d.page.locator(`[name="f.contents"][value="${contents}"]`).check();
  await d.press('始める');
  check(/^\/case\//.test(d.path()), `not begun: ${(await d.text()).slice(0, 1500)}`);
  return d.path();
}

journey('機密性2を扱わない外部サービスを、課の管理者の許可で使う', 'staff, manager', 'narrow', 'fukushima', async (s) => {
  const thing = await inner(s.office, '路線の案内図', '1');
  const d = await s.person('aoki');
  const where = await openService(s, d, '路線図サービス', thing.id, { terms_accepted: 'yes' });
  await d.press('利用の開始の決裁を求める');
  const to = d.path();
  const m = await s.person('tanaka');
  await m.go(to);
  await m.press('許可する');
  await d.go(where);
  await d.has('利用中');
  await d.state('FS-10.3(1)-1', 'met');
});

journey('ソーシャルメディアへ発信する前に、止められるものを知る', 'staff', 'noscript', 'fukushima', async (s) => {
  const account = await row(s.office, 'tanaka', 'sns_account', '県税の広報', { section: 'tax', procedure: 'yes', unit_shown: 'yes', secrets_kept: 'yes',
    page_linked: 'yes', back_linked: 'yes', verification: 'verified', responsible: await s.office.person('tanaka') }, 'tax');
  const [secret, open] = [await inner(s.office, '滞納者の一覧', '2'), await inner(s.office, '納期のお知らせ', '1')];
  const d = await s.person('aoki');
  const tell = async (thing) => {
    await d.go(`/record?act=post_sns&row=${thing.id}`);
    await d.fill('f.performed_at', 'R8.4.1 10:00');
    const pick = d.page.locator(`[name="f.account"][value="${account.id}"]`);
    if (await pick.count()) await pick.check();
    else await d.choose('f.account', '県税の広報').catch(() => {});
    await d.pick('f.postable', 'yes');
    await d.press('記録する');
  };
  await tell(secret);
  await d.has('第７ ５(2)');
  await d.shot('refused');
  await s.office.entry({ kind: 'deed.refused', subject: secret.id }, ['FS-7.5(2)']);
  await tell(open);
  await d.has('記録しました');
  await d.state('FS-7.5(1)-a', 'met');
});

// ---- duties, audit

journey('今月の義務を果たし、予定を暦に入れる', 'manager', 'narrow', 'hannan', async (s) => {
  const m = await s.person('tanaka');
  await s.office.until('duties stand at home', async () => { await m.go('/duties'); return (await m.text()).includes('件目') && !(await m.text()).includes('0件のうち'); });
  await m.shot('duties');
  const first = m.page.locator('main a[href^="/duties/"]').first();
  const where = await first.getAttribute('href');
  await m.leave(first);
  await m.has('根拠');
  if (await m.page.locator('[name="note"]').count()) {
    await m.fill('note', '4月1日に確かめ、問題はありませんでした');
    await m.leave(m.page.locator('button[value=done]').first());
    await m.go(where);
    await m.has('完了');
    await s.office.entry({ kind: 'duty.done' });
  }
  await m.go('/year');
  await m.shot('year');
  const ics = await m.download(m.page.locator('a[href^="/year.ics"]').first());
  check(ics.bytes.toString().startsWith('BEGIN:VCALENDAR') && ics.bytes.includes('DTSTART'), 'no calendar');
});

journey('監査を計画し、指摘を書き、報告する', 'auditor', 'wide', 'hannan', async (s) => {
  const a = await s.person('fujii');
  await a.go('/cases/new/audit');
  await a.fill('name', '税務課の監査 令和8年度');
  await a.choose('f.section', '税務課').catch(() => {});
  await a.choose('f.auditor', '藤井 修').catch(() => {});
  await a.unfold('そのほかの項目').catch(() => {});
  await a.fill('f.findings', '持出しの記録に書き漏れが2件ある').catch(() => {});
  await a.press('始める');
  const where = a.path();
  check(/^\/case\//.test(where), `${(await a.text()).slice(0, 1200)}`);
  await a.answer();
  await a.press('監査の実施を記録する');
  await a.has('実施済み');
  await a.answer();
  await a.press('監査結果の報告を記録する');
  await a.has('報告済み');
  await a.has('書き漏れ');
  await a.shot('reported');
  await s.office.entry({ kind: 'case.moved', subject: where.split('/').pop() });
  s.keep.audit = where;
});

// ---- evidence

journey('証拠を書き出し、台帳を検証する', 'auditor', 'wide', 'hannan', async (s) => {
  const a = await s.person('fujii');
  await a.go('/proof');
  const out = path.join(s.office.folder, 'evidence');
  const done = s.office.cli('ledger', 'export', out);
  check(done.status === 0, done.stdout + done.stderr);
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-auditor-'));
  fs.cpSync(out, copy, { recursive: true });
  const files = spawnSync('find', [copy, '-type', 'f'], { encoding: 'utf8' }).stdout.trim().split('\n');
  check(files.length > 2, `${files.length} files`);
  const alone = s.office.cli('ledger', 'verify');
  check(alone.status === 0 && /合って/.test(alone.stdout), alone.stdout + alone.stderr);
  fs.rmSync(copy, { recursive: true, force: true });
  await a.go('/clauses?state=met');
  await a.has('充足');
});

journey('値の案を起こし、CISOが採択する', 'IT, CISO', 'noscript', 'hannan', async (s) => {
  const it = await s.person('hayashi'), c = await s.person('kuroda');
  await it.go('/drafts');
  await it.fill('title', 'バックアップの間隔の見直し');
  await it.fill('basis', '監査の指摘による');
  await it.fill('effective', 'R8.5.1');
  await it.press('起こす');
  const where = it.path();
  await it.choose('name', 'バックアップの間隔').catch(() => it.page.locator('select#name').selectOption('backup_interval'));
  await it.press('この値を改める');
  await it.fill('f.value', '2');
  await it.page.locator('[name="f.value.unit"]').selectOption('days');
  await it.press('案に書く');
  await it.has('2日');
  check(await it.page.getByRole('button', { name: '採択する' }).count() === 0, 'who drafts may adopt');
  await c.go(where);
  await c.press('採択する');
  await c.has('採択済み');
  await s.office.entry({ kind: 'draft.adopted' });
});

// ---- running -------------------------------------------------------------------------------

(async () => {
  const only = Number(process.env.JOURNEY || process.argv[3] || 0), offices = new Map(), keep = {}, table = [];
  let passed = 0, failed = 0;
  browser = await kit.open();
  for (const [i, j] of journeys.entries()) {
    if (only && i + 1 !== only) continue;
    const began = Date.now(), desks = [];
    let wrong = '', note = '';
    [pages, looked] = [0, 0];
    try {
      if (!offices.has(j.body)) offices.set(j.body, await new Office(j.body).start());
      const office = offices.get(j.body);
      await j.run({ office, keep, note: (text) => { note = text; },
        person: async (login, mode = j.mode) => {
          const desk = await new Desk(office, login, mode, String(i + 1)).open();
          desks.push(desk);
          return desk.signIn();
        } });
    } catch (error) {
      wrong = String(error && error.stack || error).split('\n').slice(0, 12).join('\n    ');
      for (const d of desks) await d.shot('failed').catch(() => {});
    }
    for (const d of desks) await d.done().catch(() => {});
    if (wrong) { failed++; console.log(`FAIL ${i + 1} ${j.says}\n    ${wrong}`); } else passed++;
    table.push(`${String(i + 1).padStart(2)} | ${j.says} | ${j.role} | ${j.mode} | ${j.body} | ${pages} pages, ${looked} new to axe | ${Math.round((Date.now() - began) / 1000)} s${note ? ` | ${note}` : ''}${wrong ? ' | FAILED' : ''}`);
  }
  for (const [body, office] of offices)
    await office.end().catch((error) => { failed++; console.log(`FAIL ${body}: ${error.message}`); });
  await browser.close();
  console.log(table.join('\n'));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})();
