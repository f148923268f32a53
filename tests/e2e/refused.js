// Bad requests and real faults against the real programs: what is refused is in
// the ledger; what cannot be checked or written waits and says so.
//   node tests/e2e/refused.js BUILD
'use strict';
const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const cityOf = require('./city.js');
const { Terminal } = require('./terminal.js');

const build = path.resolve(process.argv[2] || 'build');
const mount = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-refused-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'none', mount]).status === 0;
const folder = path.join(mount, 'city');
let passed = 0, failed = 0, skipped = 0, city;
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
function check(good, text) {
  if (good) passed++;
  else failed++, console.log(`FAIL ${text}`);
}
async function until(seconds, asked) {
  for (let i = 0; i < seconds * 5; i++) {
    if (await asked()) return true;
    await rest(200);
  }
  return false;
}
const send = async (who) => ({ form: await who.form('/send'), purpose: '確かめるため', importance: 'C', partner: '県', receiver: '', act: 'send' });
const upload = async (who, name) => who.upload('/send', await send(who), name, 4800, Buffer.from('氏名,課\r\n'.repeat(100)));
const health = async (it, what) => ((await it.get('/operation')).text.split('<tr').find((row) => row.includes(what)) || '').replace(/<[^>]*>/g, ' ');

// ---- requests that no page of ours makes --------------------------------------

async function badRequests(staff, inner, it) {
  const multi = { 'content-type': 'multipart/form-data; boundary=XX' };
  const raw = (headers, body) => staff.send('POST', '/send', { 'content-length': Buffer.byteLength(body), ...headers }, (rq) => rq.end(body));
  const form = await staff.form('/send');
  const stray = new Terminal(city.inner);
  stray.cookies['sekisho-inner'] = staff.cookies['sekisho-outer'];
  const crossing = (await upload(staff, '届いた表.csv')).location;
  check(/^\/crossings\//.test(crossing || ''), 'an upload is not taken');
  const other = new Terminal(city.inner);
  await other.signIn(city, city.people.kimura);
  const rows = [
    ['forged-form', 403, () => staff.post('/send', { form: '0'.repeat(80) })],
    ['foreign-form', 403, () => staff.post('/send', { form }, { origin: 'http://evil.test' })],
    ['broken-form', 400, () => raw(multi, '--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--\r\n')],
    ['too-large', 413, () => raw({ ...multi, 'content-length': 300_000_000, expect: '100-continue' }, '')],
    ['wrong-host', 421, () => staff.get('/signin', { host: 'evil.test' })],
    ['no-session', 403, () => new Terminal(city.outer).post('/send', { form })],
    ['other-zone', 404, () => staff.get('/ledger')],
    ['no-right', 403, () => inner.get('/operation')],
    ['no-right', 404, () => other.get(crossing)],
    ['', 200, () => staff.post('/send', { form, act: 'look' })],
    ['replayed-form', 409, () => staff.post('/send', { form, act: 'look' })],
    ['', 303, () => stray.get('/')], // the office keeps this one: signin.session.refused
  ];
  const count = async () => Number((await it.get('/ledger?kind=web.refused')).text.match(/href="\/ledger\/(\d+)"/)?.[1] ?? -1);
  for (const [what, status, act] of rows) {
    const before = await count(), got = await act(), after = await count();
    check(got.status === status, `${what}: ${got.status}, not ${status}`);
    check(!what || after > before, `${what} is not in the ledger`);
    if (what) {
      const entry = (await it.get(`/ledger/${after}`)).text;
      check(entry.includes(`&quot;what&quot;: &quot;${what}&quot;`), `entry ${after} does not say ${what}`);
    }
  }
  check((await it.get('/ledger?kind=signin.session')).text.includes('ほかの区画のサインインを断りました'), 'the stray session is not in the ledger');
}

// ---- faults --------------------------------------------------------------------

const clamd = () => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).find((p) => {
  try {
    return fs.readFileSync(`/proc/${p}/cmdline`, 'utf8').includes(`${folder}/clamd.conf`) && fs.readFileSync(`/proc/${p}/comm`, 'utf8').trim() === 'clamd';
  } catch { return false; }
});

// killed, and not to be started again while its configuration is away
async function scannerGone(staff, it) {
  fs.renameSync(`${folder}/clamd.conf`, `${folder}/clamd.away`);
  process.kill(Number(clamd()), 'SIGKILL');
  const sent = await upload(staff, '検査を待つ表.csv');
  check(sent.status === 303, `not taken without clamd: ${sent.status}`);
  const page = async () => (await staff.get(sent.location)).text;
  check(await until(20, async () => (await page()).includes('待っている理由')), 'the waiting file does not say why it waits');
  check(!(await page()).includes('data-k="blue"'), 'a file came through without a scan');
  check((await health(it, 'clamd')).includes('応答がありません'), 'the operation page does not see that clamd is gone');
  check((await it.get('/operation')).text.includes('検査を待つ表.csv'), 'the queue does not show the file');
  fs.renameSync(`${folder}/clamd.away`, `${folder}/clamd.conf`);
  check(await until(90, async () => (await page()).includes('data-k="blue"')), 'the file is not released after clamd is back');
  check((await health(it, 'clamd')).includes('応答があります'), 'the operation page does not see that clamd is back');
}

async function diskFull(staff, it) {
  if (!mounted) {
    skipped++;
    return console.log('skipped disk full: no file system of its own can be mounted here');
  }
  const filler = fs.openSync(path.join(mount, 'filler'), 'w'), block = Buffer.alloc(1 << 16, 1);
  try {
    for (;;) if (!fs.writeSync(filler, block)) break;
  } catch (error) {
    check(error.code === 'ENOSPC', `the disk is not full: ${error.code}`);
  }
  const fields = await send(staff);
  const got = await staff.upload('/send', fields, '入らない表.csv', 4_000_000, Buffer.alloc(4000, 'a,b\r\n'));
  check(got.status >= 500 && /まだ何も変わっていません|受け付けられません|記録できません/.test(got.text), `disk full: ${got.status} ${got.text.replace(/<[^>]*>/g, ' ').slice(-400)}`);
  check((await health(it, 'ディスク')).includes('空きを増やしてください'), 'the operation page does not say that the disk is full');
  fs.closeSync(filler);
  fs.unlinkSync(path.join(mount, 'filler'));
  check(await until(20, async () => (await upload(staff, '空きができた表.csv')).status === 303), 'nothing is taken after there is room again');
}

async function databaseLocked(staff, it) {
  const holder = spawn('sqlite3', [`${folder}/sekisho.db`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const fields = await send(staff);
  holder.stdin.write('PRAGMA busy_timeout=20000;\nBEGIN IMMEDIATE;\nSELECT \'held\';\n');
  await new Promise((ok) => holder.stdout.on('data', (d) => String(d).includes('held') && ok()));
  const got = await staff.post('/send', fields);
  check(got.status === 503 && got.text.includes('いまは受け付けられません'), `locked: ${got.status} ${got.text.replace(/<[^>]*>/g, ' ').slice(-300)}`);
  check((await health(it, 'データベース')).includes('書き込めません'), 'the operation page does not say that the database is locked');
  const gone = new Promise((ok) => holder.on('exit', ok));
  holder.stdin.end('ROLLBACK;\n');
  await gone;
  check((await health(it, 'データベース')).includes('書き込めます'), 'the database is not free again');
  check((await upload(staff, 'あとの表.csv')).status === 303, 'nothing is taken after the lock is gone');
}

// ---- light pages --------------------------------------------------------------------

async function light(it) {
  for (const to of ['/', '/clauses', '/clauses?q=%E6%83%85%E5%A0%B1', '/clauses?state=unproven', '/ledger', '/operation']) {
    const got = await it.get(to);
    check(got.status === 200 && got.bytes < 100_000, `${to}: ${got.status}, ${got.bytes} bytes`);
  }
}

(async () => {
  city = await cityOf.start(build, folder);
  const staff = new Terminal(city.outer), inner = new Terminal(city.inner), it = new Terminal(city.inner);
  await staff.signIn(city, city.people.aoki);
  await inner.signIn(city, city.people.ueda);
  await it.signIn(city, city.people.hayashi);
  await badRequests(staff, inner, it);
  await light(it);
  await databaseLocked(staff, it);
  await diskFull(staff, it);
  await scannerGone(staff, it);
})().catch((error) => { failed++; console.log(`FAIL broke off\n  ${error.stack}`); }).finally(async () => {
  if (city) await city.end();
  if (process.env.KEEP_LOG) fs.copyFileSync(`${folder}/sekisho.log`, process.env.KEEP_LOG);
  if (mounted) spawnSync('umount', ['-l', mount]);
  fs.rmSync(mount, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  process.exit(failed ? 1 : 0);
});
