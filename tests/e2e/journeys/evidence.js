// What an auditor takes along, and values that an office adopts.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const { journey, check } = require('./kit.js');

const verifier = path.join(__dirname, '../../peers/verify.py');
// With the key alone, in a folder of the auditor's own; each changed copy must be found out.
function outside(office, name, bytes, changes) {
  const at = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-auditor-'));
  fs.copyFileSync(path.join(office.folder, 'seal.pub'), path.join(at, 'seal.pub'));
  const verify = (content) => {
    fs.writeFileSync(path.join(at, name), content);
    return spawnSync('python3', [verifier, path.join(at, 'seal.pub'), path.join(at, name)], { encoding: 'utf8' });
  };
  const good = verify(bytes);
  check(good.status === 0, `does not verify outside: ${good.stdout}${good.stderr}`);
  for (const [what, content] of changes(bytes.toString('utf8'))) {
    check(content !== bytes.toString('utf8'), `${what}: nothing was changed`);
    check(verify(content).status === 1, `${what} is not noticed`);
  }
  fs.rmSync(at, { recursive: true, force: true });
  return good.stdout.trim().split('\n').pop();
}

journey('監査人が証明から条文、記録へとたどり、証拠を持ち帰って外で検証する', 'auditor', 'keyboard', 'hannan', async (s) => {
  const a = await s.person('fujii');
  await a.menu('条文・証明');
  await a.go('/proof');
  await a.follow('条文を探す');
  await a.fill('q', 'HN-2.6.2(1)-1');
  await a.press('探す');
  await a.leave(a.page.locator('main a[href^="/clause?id=HN-2.6.2%281%29-1"]').first());
  await a.has('証拠（');
  await a.shot('clause');
  await a.follow(/^#\d+/);
  await a.has('記録の中身');
  await a.has('第2章 6.2 (1)');
  await a.shot('entry');
  await a.page.goBack();
  const link = a.page.getByRole('link', { name: '証拠を書き出す' });
  const file = await s.office.until('the entry is under a signature', async () => {
    const got = await a.download(link);
    return JSON.parse(got.bytes).entries.length && got;
  }, 60);
  check(file.name === '証拠_HN-2.6.2(1)-1.json', file.name);
  s.note(outside(s.office, 'evidence.json', file.bytes, (text) => [
    ['a changed deed', text.replace(/signin\.succeeded/, 'signin.refused')],
    ['a changed day', text.replace(/\\"time\\":\\"2026-04-0/, '\\"time\\":\\"2026-04-1')],
    ['another number', text.replace(/"seq":(\d+)/, (m, n) => `"seq":${Number(n) + 1}`)],
    ['a changed root', text.replace(/(checkpoint":"[^"]*?\\n\d+\\n)(.)/, (m, before, c) => before + (c === 'A' ? 'B' : 'A'))],
    ['another size', text.replace(/(checkpoint":"[^"\\]*\\n)(\d+)/, (m, before, n) => before + (Number(n) + 1))],
  ]));
  await s.office.entry({ kind: 'proof.exported' });
});

journey('一般の職員は記録を見られず、条文の状態だけを見る', 'staff', 'noscript', 'hannan', async (s) => {
  const d = await s.person('aoki');
  await d.go('/clause?id=' + encodeURIComponent('HN-2.6.2(1)-1'));
  check(await d.page.getByRole('link', { name: '証拠を書き出す' }).count() === 0, 'staff may take evidence');
  const reply = await d.page.goto(`http://${s.office.inner}/clause/evidence?id=` + encodeURIComponent('HN-2.6.2(1)-1'));
  check(reply.status() === 403, `staff take evidence: ${reply.status()}`);
  await d.has('監査にあたる人だけが見られます');
});

journey('値の案を起こし、CISOが採択する', 'IT, CISO', 'noscript', 'hannan', async (s) => {
  const it = await s.person('hayashi'), c = await s.person('kuroda');
  await it.go('/drafts');
  await it.fill('title', 'バックアップの間隔の見直し');
  await it.fill('basis', '監査の指摘による');
  await it.fill('effective', 'R8.5.1');
  await it.press('起こす');
  const where = it.path();
  await it.page.locator('select#name').selectOption('backup_interval');
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
