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
const { Desk } = require('./desk.js');
const documents = require('./documents.js');

const build = path.resolve(process.argv[2] || 'build');
const folder = path.join(os.tmpdir(), `sekisho-locked-${process.pid}`);
const PASSWORD = 'Aonami-2026', PURPOSE = '届いた申請書類を確かめるため';
const names = ['申請書類.zip', '調査票.xlsx', '様式第５号.pdf'];
let city, browser;

const desk = async (zone, scripts) => (await new Desk(browser, city, 'aoki', zone, { scripts, shots: 'locked' }).open()).signIn();

// a PDF, a workbook or a zip that opens for everybody
function plain(name, bytes) {
  if (name.endsWith('.pdf')) return bytes.subarray(0, 5).toString() === '%PDF-' && !bytes.includes('/Encrypt');
  return bytes.subarray(0, 2).toString() === 'PK' && !(bytes.readUInt16LE(6) & 1);
}

async function journey(scripts, files) {
  const tag = scripts ? 'with scripts:' : 'without scripts:';
  let outer, to;
  await step(`${tag} locked files are held and ask for their password`, async () => {
    outer = await desk('internet', scripts);
    to = await outer.send(files, PURPOSE);
    for (const name of names) check(await outer.box(name).getByText('パスワード待ち').count() === 1, `${name} is not held: ${await outer.box(name).innerText()}`);
    check(await outer.page.locator('form[action$="/password"]').count() === 3, 'not one form a file');
    await outer.look('asked');
  });
  await step(`${tag} a wrong password is told, an empty one too`, async () => {
    const form = outer.page.locator('form[action$="/password"]', { hasText: names[1] });
    await form.locator('input[type=password]').evaluate((e) => e.removeAttribute('required')).catch(() => {});
    await outer.give(names[1], ' ');
    check((await outer.box(names[1]).innerText()).includes('入力されたパスワードでは開けませんでした'), 'a wrong password is not told');
    check(await outer.box(names[1]).locator('input[aria-invalid=true]').count() === 1, 'the field is not marked');
    await outer.look('wrong');
  });
  await step(`${tag} the right one opens each`, async () => {
    for (const name of names) {
      await outer.give(name, PASSWORD);
      check(await outer.box(name).getByText('受け取れます').count() >= 1, `${name} is not opened: ${await outer.box(name).innerText()}`);
      check((await outer.box(name).innerText()).includes('パスワードを使って開き'), `${name}: opening it is not told`);
    }
    await outer.look('opened');
  });
  await step(`${tag} inside they come under their names, without a password`, async () => {
    const inner = await desk('lgwan', scripts);
    for (const name of names) {
      const file = await inner.collect(to, name);
      check(file.name === name, `collected as ${file.name}`);
      check(plain(name, file.bytes), `${name} is still locked`);
    }
    await inner.go(to);
    await inner.look('collected');
  });
}

// Where the office has set it so, they come under the password that was given.
async function lockedAgain(files) {
  await step('by the setting they are locked again, and open with the same password', async () => {
    const set = spawnSync(path.join(build, 'src/bin/sekisho'), ['switch', 'set', '-C', folder, 'password', 'allow', '--by', 'hayashi'], { encoding: 'utf8' });
    check(set.status === 0, `not set: ${set.stderr}`);
    const outer = await desk('internet', true);
    const to = await outer.send(files, PURPOSE);
    for (const name of names) {
      await outer.give(name, PASSWORD);
      const said = await outer.box(name).last().innerText();
      check(said.includes('受け取れます') && said.includes('同じパスワードで開いてください'), `${name}: ${said}`);
    }
    await outer.look('again');
    const inner = await desk('lgwan', true);
    for (const name of names) {
      const stem = name.replace(/\.[a-z]+$/, '');
      const { name: given, bytes } = await inner.collect(to, `${stem}.zip`);
      check(given === `${stem}.zip` && !plain('x.zip', bytes), `${given} is not locked`);
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
