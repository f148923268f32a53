// Incidents, training, inspection, duties, audit.
'use strict';
const { journey, row, check } = require('./kit.js');

// ---- incidents, training, inspection

journey('事案を1分で報告する', 'staff', 'keyboard', 'hannan', async (s) => {
  const d = await s.person('aoki');
  await d.follow('事案を報告する');
  await d.fill('name', '貸出端末の紛失');
  await d.fill('story', '駅の待合室に置き忘れた。15時ごろ気付いた。');
  await d.press('報告する');
  check(/^\/case\//.test(d.path()), `not reported: ${d.page.url()}\n${(await d.text()).slice(0, 900)}`);
  check(Date.now() - d.began < 60000, `${Date.now() - d.began} ms`);
  s.note(`${d.fields} fields, ${d.typed} characters, ${Math.round((Date.now() - d.began) / 1000)} s by keyboard`);
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
  await c.object('f.object', '標的型攻撃の研修');
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
  await d.leave(d.page.locator('button[value=done]').first());
  await d.state('HN-2.5.2(3)', ['met', 'unproven']);
  const entry = await s.office.entry({ kind: 'deed.told', subject: course.id });
  check(entry, 'no entry');
});

journey('自己点検に答え、評価を受ける', 'manager', 'noscript', 'hannan', async (s) => {
  const m = await s.person('tanaka');
  await m.go('/cases/new/inspection');
  await m.fill('name', '税務課の自己点検 令和8年度上期');
  await m.pick('f.problem', 'no');
  await m.press('始める');
  await m.answer();
  await m.press('自己点検の実施を記録する');
  await m.has('回答済み');
  const sup = await s.person('sato');
  await sup.go(m.path());
  await sup.answer();
  await sup.press('点検結果の評価');
  await sup.has('評価済み');
  const entry = await s.office.entry({ kind: 'case.moved', subject: m.path().split('/').pop() });
  check(entry.data.done === 'inspection.evaluate', JSON.stringify(entry.data));
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
  await a.choose('f.section', '税務課');
  await a.choose('f.auditor', '藤井 修');
  await a.unfold('そのほかの項目');
  await a.fill('f.findings', '持出しの記録に書き漏れが2件ある');
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
