// The whole story, walked in a browser: inward, outward and the exception, with
// four people and both zones; once with scripts allowed (then axe looks at each
// page) and once without.   node tests/e2e/walk.js BUILD [DEMO FOLDER]
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const { step, check, ...kit } = require('./kit.js');
const cityOf = require('./city.js');
const { Desk } = require('./desk.js');
const documents = require('./documents.js');

const build = path.resolve(process.argv[2] || 'build');
const folder = path.resolve(process.argv[3] || path.join(os.tmpdir(), `sekisho-walk-${process.pid}`));
let city, browser, files;

const desk = (login, zone, scripts) => new Desk(browser, city, login, zone, { scripts, shots: 'walk' }).open();

async function fillInward(d) {
  await d.field('purpose').fill('県へ見積りを回答するため');
  await d.page.getByRole('radio', { name: /重要度C/ }).check();
  await d.field('partner').fill('青波測量からのメール');
}

async function inward(scripts, tag, shared) {
  const outer = await desk('aoki', 'internet', scripts);
  await step(`${tag} staff signs in outside, after a wrong password`, async () => {
    await outer.go('/signin');
    await outer.look('signin-outer');
    await kit.reachable(outer.page, 'button', 'sign-in');
    await outer.field('login').fill('aoki');
    await outer.field('password').fill('not the password');
    await outer.press('次へ進む');
    check((await outer.text()).includes('サインインできませんでした'), 'a wrong password is not told');
    await outer.look('signin-wrong');
    await outer.signIn();
    await outer.look('home-outer');
  });
  await step(`${tag} files are added, listed and taken off, fields stay`, async () => {
    await outer.go('/send');
    await outer.look('send-empty');
    if (scripts) await kit.reachable(outer.page, 'button[value=send]', 'send');
    await fillInward(outer);
    await outer.field('files').setInputFiles([files.quote, files.macro, files.program]);
    await outer.press('加える');
    for (const f of [files.quote, files.macro, files.program])
      check((await outer.text()).includes(path.basename(f)), `${path.basename(f)} is not listed`);
    check(await outer.field('purpose').inputValue() === '県へ見積りを回答するため', 'the purpose was lost');
    await outer.press(`外す: ${path.basename(files.quote)}`);
    check(!(await outer.text()).includes('見積書.docx'), 'still listed');
    await outer.field('files').setInputFiles(files.quote);
    await outer.press('加える');
    check((await outer.text()).includes('見積書.docx'), 'not added again');
    await outer.look('send-filled');
  });
  await step(`${tag} what is missing is told with its place`, async () => {
    await outer.field('purpose').fill('');
    await outer.press('この内容で送る');
    check(await outer.page.locator('.errsum a[href="#purpose"]').count() === 1, 'no error summary');
    check(await outer.field('purpose').getAttribute('aria-invalid') === 'true', 'the field is not marked');
    await outer.look('send-error');
  });
  await step(`${tag} the files are carried: changed, clean, refused`, async () => {
    await fillInward(outer);
    await outer.press('この内容で送る');
    check(/\/crossings\/[a-z0-9]{26}$/.test(outer.page.url()), `not sent: ${outer.page.url()}\n${await outer.text()}`);
    shared.inward = new URL(outer.page.url()).pathname;
    await outer.settled();
    const text = await outer.text();
    check(text.includes('マクロ'), 'the macro is not told');
    check(text.includes('渡していません'), 'the program is not refused');
    check(text.includes('根拠'), 'the refusal has no clause');
    await outer.look('result-outer');
  });
  return outer;
}

async function collect(scripts, tag, shared) {
  const inner = await desk('aoki', 'lgwan', scripts);
  await step(`${tag} staff signs in inside and sees what can be collected`, async () => {
    await inner.signIn();
    await inner.look('home');
    check((await inner.text()).includes('受け取れるファイル'), 'nothing to collect');
    await inner.go(shared.inward);
    await inner.look('result');
  });
  await step(`${tag} the clean files come under their right names`, async () => {
    for (const [name, was] of [['見積書.docx', files.quote], ['様式第3号（固定資産税）.docx', files.macro]]) {
      const got = await inner.download(() => inner.press(`受け取る: ${name}`));
      check(got.name === name, `collected as ${got.name}`);
      check(got.bytes.subarray(0, 2).toString() === 'PK', 'not a package');
      check(!got.bytes.equals(fs.readFileSync(was)), 'the original came through');
      check(!got.bytes.includes('vbaProject'), 'the macro came through');
    }
    await inner.page.reload();
    check((await inner.text()).includes('受け取った日時'), 'collecting is not shown');
  });
  await step(`${tag} a form is good once`, async () => {
    await inner.go(shared.inward);
    const form = inner.page.locator('form[action$="/collect"]').first();
    const action = await form.getAttribute('action');
    const token = await form.locator('input[name=form]').getAttribute('value');
    const send = (value) => inner.page.request.post(inner.base + action, { form: { form: value }, headers: { origin: inner.base } });
    check((await send(token)).status() === 200, 'a good form is refused');
    check((await send(token)).status() === 409, 'a replayed form is taken');
    check((await send('0'.repeat(80))).status() === 403, 'a forged form is taken');
    check((await inner.page.request.post(inner.base + action, { form: { form: token }, headers: { origin: 'http://evil.test' } })).status() === 403, 'a foreign form is taken');
  });
  return inner;
}

async function zones(outer, inner, tag, shared) {
  await step(`${tag} the listeners do not show each other's function`, async () => {
    const status = async (d, to) => (await d.page.request.get(d.base + to, { maxRedirects: 0 })).status();
    for (const to of ['/provide', '/decide', '/clauses', '/ledger', '/operation']) check(await status(outer, to) === 404, `${to} exists outside`);
    check(await status(inner, '/send') === 404, '/send exists inside');
    const cookie = (await outer.page.context().cookies()).find((c) => c.name === 'sekisho-outer');
    const stray = await inner.page.request.get(`${inner.base}/`, { maxRedirects: 0, headers: { cookie: `sekisho-inner=${cookie.value}` } });
    check(stray.status() === 303 && stray.headers().location === '/signin', 'the outer session opens the inner zone');
    check((await inner.text()).length > 0 && shared.inward, 'nothing was walked');
  });
}

async function outward(outer, inner, scripts, tag, shared) {
  await step(`${tag} a class A file asks for the manager before it is sent`, async () => {
    await inner.go('/provide');
    await inner.field('purpose').fill('土地評価の委託先へ、評価に必要な筆の一覧を渡すため');
    await inner.page.getByRole('radio', { name: /^A? ?重要度A/ }).check();
    await inner.field('partner').fill('青波測量株式会社');
    await inner.field('files').setInputFiles(files.register);
    await inner.press('加える');
    await inner.press('送る前に、どうなるかを確かめる');
    check(/が許可する/.test(await inner.text()), 'the manager\'s step is not shown');
    await inner.look('provide');
    await inner.press('この内容で送る');
    check(/\/crossings\//.test(inner.page.url()), `not sent: ${await inner.text()}`);
    shared.outward = new URL(inner.page.url()).pathname;
    await inner.settled();
    await inner.look('outward-waiting');
    await outer.go(shared.outward);
    check(await outer.page.locator('form[action$="/collect"]').count() === 0, 'can be fetched before the permission');
  });
  await step(`${tag} the applicant cannot decide`, async () => {
    await inner.go(shared.outward);
    await inner.follow('決裁のようす');
    shared.application = new URL(inner.page.url()).pathname;
    check(await inner.page.getByRole('button', { name: '許可する' }).count() === 0, 'the applicant has the button');
    await inner.look('decide-own');
  });
  const manager = await desk('tanaka', 'lgwan', scripts);
  await step(`${tag} the manager reads facts, clauses and route, and permits`, async () => {
    await manager.signIn();
    await manager.look('home-manager');
    await manager.go(shared.application);
    const text = await manager.text();
    for (const word of ['決裁欄', 'この申請に働く条文', '重要度', '2.2 (8)②']) check(text.includes(word), `no ${word}`);
    await manager.look('decide');
    if (scripts) await kit.reachable(manager.page, 'button[value=agree]', 'decide');
    await manager.press('差し戻す');
    check((await manager.text()).includes('「理由・条件」が空です'), 'returned without a reason');
    await manager.look('decide-error');
    await manager.field('reason').fill('委託契約を確かめました');
    await manager.press('許可する');
    check(await manager.page.getByRole('button', { name: '許可する' }).count() === 0, 'still to be decided');
    await manager.look('decided');
  });
  await step(`${tag} then it appears outside, encrypted; the password only inside`, async () => {
    await inner.appears(shared.outward, 'p.secret');
    const secret = await inner.page.locator('p.secret').innerText();
    check(secret.length >= 8, 'no password inside');
    await inner.look('outward-released');
    await outer.go('/');
    await outer.look('pickup');
    await outer.go(shared.outward);
    check(!(await outer.text()).includes(secret), 'the password is shown outside');
    await outer.look('outward-outer');
    const got = await outer.download(() => outer.press(/^受け取る/));
    check(got.bytes.length > 0 && !got.bytes.includes('xl/workbook.xml') || !got.bytes.includes('青波1-1'), 'not encrypted');
    check(got.name.includes('固定資産課税台帳'), `picked up as ${got.name}`);
  });
  return manager;
}

async function exception(inner, manager, scripts, tag, shared) {
  await step(`${tag} the section manager applies for the original`, async () => {
    await manager.go('/crossings');
    check((await manager.text()).includes('課に届いたもの'), 'the section\'s crossings are not shown');
    await manager.look('crossings-manager');
    await manager.go(shared.inward);
    await manager.follow(/このファイルの例外措置を申請する: 様式第3号/);
    await manager.look('exception');
    await manager.press('申請する');
    check((await manager.text()).includes('「理由」が空です'), 'applied without a reason');
    await manager.field('reason').fill('県の様式はマクロで検算するため、マクロがないと提出できません');
    await manager.field('until').fill('令和9年3月31日');
    await manager.press('申請する');
    check(/\/decide\//.test(manager.page.url()), `not applied: ${await manager.text()}`);
    shared.exception = new URL(manager.page.url()).pathname;
    check(await manager.page.getByRole('button', { name: '許可する' }).count() === 0, 'the manager could permit his own application');
    await manager.look('exception-applied');
  });
  await step(`${tag} the CISO permits`, async () => {
    const chief = await desk('kuroda', 'lgwan', scripts);
    await chief.signIn();
    await chief.look('home-chief');
    await chief.go(shared.exception);
    await chief.look('exception-decide');
    await chief.field('reason').fill('期間を限って認めます');
    await chief.press('許可する');
    check(await chief.page.getByRole('button', { name: '許可する' }).count() === 0, 'still to be decided');
  });
  await step(`${tag} the original is released once`, async () => {
    await inner.appears(shared.inward, 'form[action$="/original"]');
    const got = await inner.download(() => inner.press(/^元のファイルを受け取る/));
    check(got.bytes.equals(fs.readFileSync(files.macro)), 'it is not the original');
    await inner.page.reload();
    check(await inner.page.getByRole('button', { name: /^元のファイルを受け取る/ }).count() === 0, 'it could be had twice');
    await inner.look('original-used');
  });
}

async function proof(scripts, tag) {
  const it = await desk('hayashi', 'lgwan', scripts);
  await step(`${tag} the clauses are proven by entries`, async () => {
    await it.signIn();
    await it.go('/clauses');
    await it.look('clauses');
    if (scripts) await kit.reachable(it.page, 'form[role=search] button', 'search');
    for (const word of ['監査', '例外', '端末']) {
      await it.field('q').fill(word);
      await it.press('探す');
      check(await it.page.locator('tbody tr').count() > 0, `${word} is not found`);
      check((await it.page.locator('tbody tr').allInnerTexts()).every((row) => row.includes(word)), `${word}: something else is found`);
    }
    await it.look('clauses-found');
    await it.go('/clauses');
    await it.follow('第2章 3');
    await it.look('clauses-section');
    for (const [cite, state, file] of [['第2章 3 (2)①ウ', '強制', 'inward'], ['第2章 2.2 (8)②', '強制', 'outward'], ['第2章 7.4 (1)', '充足', 'exception']]) {
      await it.go(`/clauses?q=${encodeURIComponent(cite)}`);
      await it.page.locator('tbody th a', { hasText: cite }).first().click();
      check(await it.page.locator('article header .state', { hasText: state }).count() === 1, `${cite} is not ${state}`);
      check(/#\d+/.test(await it.text()), `${cite}: no entries`);
      await it.look(`clause-${file}`);
    }
  });
  await step(`${tag} the IT section sees counts, refusals and health`, async () => {
    await it.go('/operation');
    const text = await it.text();
    for (const word of ['仕組みの調子', '止めたファイル', '添付資料一式.zip', '権限のない操作', 'この画面のものと確かめられない送信', '同じ内容の二度目の送信'])
      check(text.includes(word), `no ${word}`);
    check(await it.page.locator('tr', { hasText: 'clamd' }).getByText('動いています').count() === 1, 'clamd is not seen');
    await it.look('operation');
    await it.go('/ledger');
    await it.look('ledger');
    await it.page.locator('tbody th a').first().click();
    check((await it.text()).includes('RFC 6962'), 'no digest');
    await it.look('entry');
  });
  await step(`${tag} signing out ends the session`, async () => {
    await it.press('サインアウト');
    await it.go('/');
    check(it.page.url().endsWith('/signin'), 'still signed in');
  });
}

// The main journey without a mouse: only Tab, Space, Enter and letters (and the
// browser's own dialog for choosing a file).
async function keyboard() {
  const enter = async (d) => Promise.all([d.page.waitForLoadState('load'), d.page.waitForNavigation(), d.page.keyboard.press('Enter')]);
  const type = async (d, selector, text) => {
    await kit.tab(d.page, selector, `keyboard ${selector}`);
    await d.page.keyboard.type(text);
  };
  const press = async (d, selector) => {
    await kit.reachable(d.page, selector, `keyboard ${selector}`);
    await enter(d);
  };
  const signIn = async (login) => {
    const d = await desk(login, 'lgwan', false);
    await d.go('/');
    await type(d, '#login', d.person.login);
    await type(d, '#password', d.person.password);
    await enter(d);
    await type(d, '#code', cityOf.code(city, d.person));
    await enter(d);
    check(new URL(d.page.url()).pathname === '/', `${login} is not signed in by keyboard`);
    return d;
  };
  await step('[keyboard] staff sends, the manager permits', async () => {
    const staff = await signIn('ueda');
    await press(staff, 'a[href="/provide"]');
    await staff.field('files').setInputFiles(files.register);
    await press(staff, 'button[value=add]');
    await type(staff, '#purpose', '委託先へ筆の一覧を渡すため');
    await kit.tab(staff.page, 'input[name=importance]', 'keyboard importance');
    await staff.page.keyboard.press('Space');
    await type(staff, '#partner', '青波測量株式会社');
    await press(staff, 'button[value=send]');
    check(/\/crossings\//.test(staff.page.url()), `not sent by keyboard: ${await staff.text()}`);
    const manager = await signIn('tanaka');
    await press(manager, '.todo li:nth-last-child(1 of :has(a[href^="/decide/"])) a.btn'); // the newest
    check(/\/decide\//.test(manager.page.url()), 'the duty does not lead to the application');
    const at = manager.page.url();
    await type(manager, '#reason', '確かめました');
    await press(manager, 'button[value=agree]');
    await manager.page.goto(at);
    check(await manager.page.locator('button[value=agree]').count() === 0, 'not permitted by keyboard');
  });
}

async function firstDay() {
  await step('a new person changes the password and sets up a device', async () => {
    const d = await desk('fujii', 'lgwan', true);
    await d.go('/');
    await d.field('login').fill('fujii');
    await d.field('password').fill(d.person.password);
    await d.press('次へ進む');
    await d.look('password');
    await d.field('password').fill('short');
    await d.field('again').fill('short');
    await d.press('パスワードを変える');
    check((await d.text()).includes('先へ進めませんでした'), 'a short password is taken');
    await d.look('password-wrong');
    await d.field('password').fill('Nami to kansa no hashi 26');
    await d.field('again').fill('Nami to kansa no hashi 26');
    await d.press('パスワードを変える');
    check(d.page.url().endsWith('/signin/device'), `no device step: ${await d.text()}`);
    await d.look('device');
    await d.go('/decide');
    check(d.page.url().endsWith('/signin/device'), 'the step can be passed by');
    d.person.secret = await d.page.locator('.secret').innerText();
    await d.field('code').fill(cityOf.code(city, d.person));
    await d.press('登録してサインインする');
    check(new URL(d.page.url()).pathname === '/', `not signed in: ${await d.text()}`);
    await d.look('home-empty');
  });
}

// The second walk brought the files of the first: they were not rebuilt, and both
// judgements come out the same once more.
async function replay() {
  await step('an auditor has judgements made once more', async () => {
    const sql = (query) => spawnSync('sqlite3', [path.join(city.folder, 'sekisho.db'), query], { encoding: 'utf8' }).stdout;
    const known = sql("SELECT seq FROM ledger_entry WHERE kind = 'crossing.file.checked' ORDER BY seq").trim().split('\n');
    let same = 0, used = 0;
    for (const seq of known)
      for (const file of fs.readdirSync(path.join(folder, 'walk-documents'))) {
        const run = spawnSync(`${build}/bin/sekisho`,
          ['ledger', 'replay', '-C', city.folder, seq, path.join(folder, 'walk-documents', file)], { encoding: 'utf8' });
        if (run.status === 0) check(run.stdout.includes('同じ結果になりました'), run.stdout);
        else check(/別のファイルのため|庁外へ出した/.test(run.stdout + run.stderr), run.stdout + run.stderr);
        same += run.status === 0;
        used += run.status === 0 && run.stdout.includes('の判定を使ったものです');
      }
    check(same > 1 && used > 0, `${same} came out the same, ${used} of them had used another's judgement`);
  });
}

async function walk(scripts) {
  const tag = scripts ? '[script]' : '[no script]', shared = {};
  const outer = await inward(scripts, tag, shared);
  const inner = await collect(scripts, tag, shared);
  await zones(outer, inner, tag, shared);
  const manager = await outward(outer, inner, scripts, tag, shared);
  await exception(inner, manager, scripts, tag, shared);
  await proof(scripts, tag);
}

(async () => {
  city = await cityOf.start(build, folder);
  files = documents.make(path.join(folder, 'walk-documents'));
  browser = await kit.open();
  await walk(true);
  await walk(false);
  await replay();
  await keyboard();
  await firstDay();
  await browser.close();
  await city.end();
  fs.rmSync(folder, { recursive: true, force: true });
  kit.end();
})().catch(async (error) => {
  console.log(`FAIL the walk broke off\n  ${error.stack}`);
  if (browser) await browser.close();
  if (city) await city.end();
  console.log('0 passed, 1 failed');
  process.exit(1);
});
