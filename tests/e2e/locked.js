// Files under a password (PPAP), in a browser: held, asked for on their page, a
// wrong one told, opened, sanitised, collected inside without a password.  Once
// with scripts allowed (then axe looks), once without.
//   node tests/e2e/locked.js BUILD
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { step, check, ...kit } = require('./kit.js');
const cityOf = require('./city.js');
const documents = require('./documents.js');

const build = path.resolve(process.argv[2] || 'build');
const folder = path.join(os.tmpdir(), `sekisho-locked-${process.pid}`);
const PASSWORD = 'Aonami-2026';
const names = ['申請書類.zip', '調査票.xlsx', '様式第５号.pdf'];
let city, browser;

async function signIn(zone, scripts) {
  const person = city.people.aoki;
  const page = await kit.person(browser, 1280, { javaScriptEnabled: scripts });
  page.base = `http://${zone === 'lgwan' ? city.inner : city.outer}`;
  await page.goto(`${page.base}/signin`);
  await page.locator('#login').fill(person.login);
  await page.locator('#password').fill(person.password);
  await page.getByRole('button', { name: '次へ進む' }).click();
  await page.locator('#code').fill(cityOf.code(city, person));
  await page.getByRole('button', { name: 'サインインする' }).click();
  check(new URL(page.url()).pathname === '/', `not signed in: ${page.url()}`);
  return page;
}

const text = (page) => page.locator('body').innerText();
const box = (page, name) => page.locator('article.box', { hasText: name });

async function look(page, name, scripts) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await kit.sound(page, name);
    if (!scripts) continue;
    await kit.accessible(page, name);
    await kit.shot(page, `locked-${name}`);
  }
}

async function settled(page) {
  for (let i = 0; i < 120; i++) {
    if (await page.getByText('いま調べています').count() === 0) return;
    await new Promise((done) => setTimeout(done, 500));
    await page.reload();
  }
  throw new Error('still being checked after 60 seconds');
}

async function give(page, name, password) {
  const form = page.locator('form[action$="/password"]', { hasText: name });
  await form.locator('input[type=password]').fill(password);
  await form.getByRole('button').click();
}

async function send(page, files) {
  await page.goto(`${page.base}/send`);
  await page.locator('#purpose').fill('届いた申請書類を確かめるため');
  await page.getByRole('radio', { name: /重要度C/ }).check();
  await page.locator('#partner').fill('青波測量からのメール');
  await page.locator('#files').setInputFiles(files);
  await page.getByRole('button', { name: '加える' }).click();
  await page.getByRole('button', { name: 'この内容で送る' }).click();
  check(/\/crossings\/[a-z0-9]{26}$/.test(page.url()), `not sent: ${await text(page)}`);
  await settled(page);
  return new URL(page.url()).pathname;
}

// a PDF, a workbook or a zip that opens for everybody
function plain(name, bytes) {
  if (name.endsWith('.pdf')) return bytes.subarray(0, 5).toString() === '%PDF-' && !bytes.includes('/Encrypt');
  return bytes.subarray(0, 2).toString() === 'PK' && !(bytes.readUInt16LE(6) & 1);
}

async function journey(scripts, files) {
  const tag = scripts ? 'with scripts:' : 'without scripts:';
  let outer, to;
  await step(`${tag} locked files are held and ask for their password`, async () => {
    outer = await signIn('internet', scripts);
    to = await send(outer, files);
    for (const name of names) check(await box(outer, name).getByText('パスワード待ち').count() === 1, `${name} is not held: ${await box(outer, name).innerText()}`);
    check(await outer.locator('form[action$="/password"]').count() === 3, 'not one form a file');
    await look(outer, 'asked', scripts);
  });
  await step(`${tag} a wrong password is told, an empty one too`, async () => {
    const form = outer.locator('form[action$="/password"]', { hasText: names[1] });
    await form.locator('input[type=password]').evaluate((e) => e.removeAttribute('required')).catch(() => {});
    await give(outer, names[1], ' ');
    await settled(outer);
    check((await box(outer, names[1]).innerText()).includes('入力されたパスワードでは開けませんでした'), 'a wrong password is not told');
    check(await box(outer, names[1]).locator('input[aria-invalid=true]').count() === 1, 'the field is not marked');
    await look(outer, 'wrong', scripts);
  });
  await step(`${tag} the right one opens each`, async () => {
    for (const name of names) {
      await give(outer, name, PASSWORD);
      await settled(outer);
      check(await box(outer, name).getByText('受け取れます').count() >= 1, `${name} is not opened: ${await box(outer, name).innerText()}`);
      check((await box(outer, name).innerText()).includes('パスワードを使って開き'), `${name}: opening it is not told`);
    }
    await look(outer, 'opened', scripts);
  });
  await step(`${tag} inside they come under their names, without a password`, async () => {
    const inner = await signIn('lgwan', scripts);
    for (const name of names) {
      await inner.goto(inner.base + to);
      const press = () => inner.getByRole('button', { name: kit.named(`受け取る: ${name}`) }).click();
      const [file] = await Promise.all([inner.waitForEvent('download'), press()]);
      const bytes = fs.readFileSync(await file.path());
      check(file.suggestedFilename() === name, `collected as ${file.suggestedFilename()}`);
      check(plain(name, bytes), `${name} is still locked`);
    }
    await inner.goto(inner.base + to);
    await look(inner, 'collected', scripts);
  });
}

// Where the office has set it so, they come under the password that was given.
async function lockedAgain(files) {
  await step('by the setting they are locked again, and open with the same password', async () => {
    const set = spawnSync(path.join(build, 'src/bin/sekisho'), ['switch', 'set', '-C', folder, 'password', 'allow', '--by', 'hayashi'], { encoding: 'utf8' });
    check(set.status === 0, `not set: ${set.stderr}`);
    const outer = await signIn('internet', true);
    const to = await send(outer, files);
    for (const name of names) {
      await give(outer, name, PASSWORD);
      await settled(outer);
      const said = await outer.locator('article.box', { hasText: name }).last().innerText();
      check(said.includes('受け取れます') && said.includes('同じパスワードで開いてください'), `${name}: ${said}`);
    }
    await look(outer, 'again', true);
    const inner = await signIn('lgwan', true);
    for (const name of names) {
      const stem = name.replace(/\.[a-z]+$/, '');
      await inner.goto(inner.base + to);
      const press = () => inner.getByRole('button', { name: kit.named(`受け取る: ${stem}.zip`) }).click();
      const [file] = await Promise.all([inner.waitForEvent('download'), press()]);
      const bytes = fs.readFileSync(await file.path());
      check(file.suggestedFilename() === `${stem}.zip` && !plain('x.zip', bytes), `${file.suggestedFilename()} is not locked`);
      const into = fs.mkdtempSync(path.join(os.tmpdir(), 'again-'));
      const open = (password) => spawnSync('7z', ['x', '-y', `-p${password}`, `-o${into}`, '--', String(copy)], { encoding: 'utf8' });
      const copy = path.join(into, 'it.zip');
      fs.writeFileSync(copy, bytes);
      check(open('another').status !== 0, `${name} opens with another password`);
      check(open(PASSWORD).status === 0 && plain(name, fs.readFileSync(path.join(into, name))), `${name} does not come out of it`);
      fs.rmSync(into, { recursive: true });
    }
  });
}

// Neither the database nor the entries nor the log hold what was typed.
async function noTrace() {
  await step('the password is nowhere', async () => {
    const read = (dir) => fs.readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && !e.parentPath?.includes('locked-files') && !e.path?.includes('locked-files'))
      .map((e) => path.join(e.parentPath || e.path, e.name));
    const wide = Buffer.from(PASSWORD, 'utf16le');
    for (const file of read(folder)) {
      const bytes = fs.readFileSync(file);
      check(!bytes.includes(PASSWORD) && !bytes.includes(wide), `${file} holds the password`);
    }
  });
}

(async () => {
  city = await cityOf.start(build, folder);
  const own = documents.make(path.join(folder, 'locked-files'));
  const made = spawnSync('python3', [path.join(__dirname, '../locked/journey.py'), path.join(folder, 'locked-files'), own.register], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the locked files cannot be made: ${made.stderr}`);
  const files = names.map((n) => path.join(folder, 'locked-files', n));
  browser = await kit.open();
  await journey(true, files);
  await journey(false, files);
  await lockedAgain(files);
  await noTrace();
  await browser.close();
  await city.end();
  fs.rmSync(folder, { recursive: true, force: true });
  kit.end();
})().catch(async (error) => {
  console.log(`FAIL the journey broke off\n  ${error.stack}`);
  if (browser) await browser.close();
  if (city) await city.end();
  console.log('0 passed, 1 failed');
  process.exit(1);
});
