// One file of 200 MB through the real programs: what sekisho-web needs for it.
// No browser: the form is sent as a browser would send it, the file as a stream.
//   node tests/e2e/upload.js BUILD
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const cityOf = require('./city.js');
const { Terminal } = require('./terminal.js');

const LINE = Buffer.from('青波市,固定資産,2026,1234\r\n'), BLOCK = Buffer.alloc(LINE.length * 20000, LINE);
const FILE_BYTES = Math.ceil(200_000_000 / BLOCK.length) * BLOCK.length, MOST_KIB = 64 * 1024;
const build = path.resolve(process.argv[2] || 'build');
const folder = path.join(os.tmpdir(), `sekisho-upload-${process.pid}`);
let passed = 0, failed = 0, city;
function check(good, text) {
  if (good) passed++;
  else failed++, console.log(`FAIL ${text}`);
}

// the sekisho-web processes of this city, by the folder on their command line
function webs() {
  return fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
    try {
      const line = fs.readFileSync(`/proc/${p}/cmdline`, 'utf8');
      return line.split('\0')[0].endsWith('sekisho-web') && line.includes(folder);
    } catch { return false; }
  });
}
const peak = () => Math.max(...webs().map((p) => Number(fs.readFileSync(`/proc/${p}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1])));
const largest = (dir) => Math.max(0, ...fs.readdirSync(dir, { recursive: true }).map((f) => fs.statSync(path.join(dir, f))).filter((s) => s.isFile()).map((s) => s.size));

async function outcome(terminal, to) {
  for (let i = 0; i < 600; i++) {
    const { text } = await terminal.get(to);
    if (!text.includes('いま調べています')) return text;
    await new Promise((done) => setTimeout(done, 200));
  }
  return '';
}

(async () => {
  city = await cityOf.start(build, folder);
  const outer = new Terminal(city.outer);
  check(webs().length > 0, 'sekisho-web is not running');
  await outer.signIn(city, city.people.aoki);
  const began = Date.now();
  const sent = await outer.upload('/send', { form: await outer.form('/send'), purpose: '大きなファイルの受渡しを確かめるため', importance: 'C',
    partner: '青波測量', receiver: '', act: 'send' }, '測量成果.csv', FILE_BYTES, BLOCK);
  check(sent.status === 303 && /^\/crossings\//.test(sent.location || ''), `not sent: ${sent.status} ${sent.text.slice(0, 300)}`);
  check(largest(path.join(folder, 'vault')) >= FILE_BYTES, 'the vault does not hold the file');
  const taken = (Date.now() - began) / 1000;
  const page = sent.location ? await outcome(outer, sent.location) : '';
  check(/data-k="blue"|渡していません/.test(page), 'the file has no outcome');
  if (/data-k="blue"/.test(page)) {
    const inner = new Terminal(city.inner);
    await inner.signIn(city, city.people.aoki);
    const shown = (await inner.get(sent.location)).text.match(/action="(\/files\/[^"]+\/collect)"[^>]*><input type="hidden" name="form" value="([^"]+)"/);
    const got = await inner.post(shown[1], { form: shown[2] });
    check(got.status === 200 && got.bytes >= FILE_BYTES * 0.9, `collected ${got.bytes} bytes, status ${got.status}`);
  }
  console.log(`  sekisho-web at most ${(peak() / 1024).toFixed(1)} MiB, ${webs().length} process; ${(FILE_BYTES / 1e6 / taken).toFixed(0)} MB a second taken in`);
  console.log(`  outcome: ${(page.match(/渡していません<\/p><p>([^<]*)/) || [, page.includes('data-k="blue"') ? '受け取れます' : '?'])[1]}`);
  check(peak() < MOST_KIB, `sekisho-web needed ${peak()} KiB`);
})().catch((error) => { failed++; console.log(`FAIL the upload broke off\n  ${error.stack}`); }).finally(async () => {
  if (city) await city.end();
  fs.rmSync(folder, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
});
