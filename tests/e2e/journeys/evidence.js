// What an auditor takes along, and values that an office adopts.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const { journey, check } = require('./kit.js');

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
