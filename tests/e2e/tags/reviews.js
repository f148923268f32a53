// Offices that look at themselves: inspections and surveys, audits, risks.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, whole, told } = require('../forms.js');

async function moved(it, where, act, more) {
  const done = await it.move(where, act, more);
  check(done.status === 303, `${act}: ${done.status} ${done.said.slice(0, 700)}`);
  return done;
}

// ---- self-inspection ---------------------------------------------------------------------

tag('self-inspection', 'way', 'a section answers, the officer evaluates, the clause stands as met', async (t) => {
  const manager = await hand(t, 'tanaka'), officer = await hand(t, 'sato');
  const where = await manager.open('inspection', '令和8年度 自己点検（税務課）', { section: 'tax', problem: 'no', shows_need: 'no' });
  await moved(manager, where, 'inspection.answer');
  const owed = await t.until('an evaluation is owed', () => duties(t, 'HN-2.9(3)-2')[0]);
  check(owed.owed.startsWith('supervisor'), `by ${owed.owed}`);
  await t.changes('HN-2.9(3)-2', ['unproven', 'met'], 'met', async () => {
    await moved(officer, where, 'inspection.evaluate');
    return t.until('it is evaluated', async () => (await t.state('HN-2.9(3)-2')) === 'met');
  });
  await t.entry({ kind: 'duty.done' , clause: 'HN-2.9(3)-2' }, ['HN-2.9(3)-2']);
});

tag('self-inspection', 'way', 'the CISO surveys usage for a purpose that the clause names, and what was read is kept', async (t) => {
  const ciso = await hand(t, 'kuroda');
  const read = await ciso.tell('read_usage', await t.person('aoki'), { purpose: 'intrusion_survey', what: '4月1日の接続の記録', performed_at: 'R8.4.1 10:00' });
  check(read.status === 303, `not read: ${read.status} ${read.said.slice(0, 800)}`);
  await t.entry({ kind: 'deed.told' }, ['HN-2.7.2(2)']);
  const book = (await t.entries({ kind: 'book.opened', clause: 'HN-2.7.2(2)' }))[0];
  check(book && read.location === `/books/surveys/${book.subject}`, `what was read is not in the book: ${read.location}`);
  check((await ciso.terminal.get(read.location)).text.includes('4月1日の接続の記録'), 'the book does not say what was read');
  // nobody has been named as surveyor: the clause goes on saying so
  check((await t.state('HN-2.7.2(2)')) === 'unset', `it stands ${await t.state('HN-2.7.2(2)')}`);
});

tag('self-inspection', 'violation', 'nobody else surveys, and not for another purpose', async (t) => {
  const whom = await t.person('aoki'), facts = { purpose: 'malware_survey', what: '記録', performed_at: 'R8.4.1' };
  const other = await (await hand(t, 'tanaka')).tell('read_usage', whom, facts);
  check(other.status === 409, `the manager reads: ${other.status}`);
  told(other, '第2章 7.2 (2)');
  const curious = await (await hand(t, 'kuroda')).tell('read_usage', whom, { ...facts, purpose: 'other_survey' });
  check(curious.status === 409, `for another purpose: ${curious.status}`);
  await t.entry({ kind: 'deed.refused' });
  t.shows('not-nominee', 'other-purpose');
});

tag('self-inspection', 'violation', 'an inspection without evaluation stays open', async (t) => {
  const manager = await hand(t, 'tanaka');
  const where = await manager.open('inspection', '評価されない点検', { section: 'tax' });
  await moved(manager, where, 'inspection.answer');
  const id = where.split('/').pop();
  await t.until('an evaluation is owed', () => duties(t, 'HN-2.9(3)-2').some((d) => whole(t, d).object === id));
  check((await t.state('HN-2.9(3)-2')) !== 'met' || duties(t, 'HN-2.9(3)-2').length > 0, 'it counts as evaluated');
  check((await manager.terminal.get('/cases?kind=inspection')).text.includes('評価されない点検'), 'it is not among the open ones');
  t.shows('not-evaluated');
});

tag('self-inspection', 'violation', 'a problem that is not reported is told upwards', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka');
  const found = await manager.tell('problem_found', '', { object: 'tax', performed_at: 'R8.4.1' });
  check(found.status === 303, `not told: ${found.status} ${found.said.slice(0, 700)}`);
  const report = await t.until('a report is owed', () => duties(t, 'HN-2.7.2(1)-1').find((d) => /報告/.test(d.label)));
  t.days(5);
  await t.until('it is overdue', () => duties(t, 'HN-2.7.2(1)-1', '--state', 'overdue').some((d) => d.id === report.id));
  check(whole(t, report).upwards.some((u) => u.post === 'supervisor'), brief(whole(t, report).upwards));
  t.shows('not-reported');
});

// ---- audit -----------------------------------------------------------------------------------

const audit = (it, auditor, name) => it.open('audit', name, { section: 'care', auditor, matter: 'others', findings: '指摘なし', evaluation: '良好', shows_need: 'yes' });

tag('audit', 'way', 'an auditor of another section audits; the result is evaluated, reported and used', async (t) => {
  const it = await hand(t, 'tanaka');
  const where = await audit(it, await t.person('tanaka'), '福祉課の監査');
  const id = where.split('/').pop();
  await moved(it, where, 'audit.carry_out');
  await t.entry({ kind: 'case.moved', subject: id });
  await t.until('an evaluation is owed', () => duties(t, 'HN-2.9(1)-2')[0]);
  await moved(it, where, 'audit.report');
  const mayor = await t.until('the CISO recommends a revision', () => duties(t, 'HN-2.9(1)-3')[0]);
  check(mayor.owed.startsWith('ciso'), `by ${mayor.owed}`);
  const books = await t.entries({ kind: 'book.opened', clause: 'HN-2.9(1)-2' });
  check(books.length > 0, 'nothing stands in the book of audits');
});

tag('audit', 'violation', 'who manages a section does not audit it', async (t) => {
  const it = await hand(t, 'kimura');
  const where = await audit(it, await t.person('kimura'), '自分の課の監査');
  const own = await it.move(where, 'audit.carry_out');
  check(own.status === 409, `carried out: ${own.status} ${own.said.slice(0, 500)}`);
  told(own, '第2章 1 (3)');
  await t.entry({ kind: 'case.refused', subject: where.split('/').pop() });
  t.shows('own-audit');
});

tag('audit', 'violation', 'a result that is not evaluated is told upwards', { fresh: true }, async (t) => {
  const it = await hand(t, 'tanaka');
  await moved(it, await audit(it, await t.person('tanaka'), '評価されない監査'), 'audit.carry_out');
  await t.until('an evaluation is owed', () => duties(t, 'HN-2.9(1)-2')[0]);
  t.days(6);
  await t.until('it is overdue', async () => (await t.state('HN-2.9(1)-2')) === 'overdue');
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.9(1)-2' }, ['HN-2.9(1)-2']);
  t.shows('result-late');
});

tag('audit', 'violation', 'findings without follow-up are told upwards where the standard asks for it', { body: 'annaka' }, async (t) => {
  const it = await hand(t, 'tanaka');
  const where = await audit(it, await t.person('tanaka'), '改善のない監査');
  const asked = await moved(it, where, 'audit.carry_out');
  check(asked.location.startsWith('/decide/'), 'the audit lead is not asked');
  check((await (await hand(t, 'fujii')).decide(asked.location, 'agree')).status === 303, 'not permitted');
  await moved(it, where, 'audit.report');
  await t.until('improvement is owed', () => duties(t, 'BASE-9.1.1').find((d) => /改善/.test(d.label)));
  t.days(5);
  await t.until('it is overdue', () => duties(t, 'BASE-9.1.1', '--state', 'overdue')[0]);
  t.shows('no-follow-up');
});

// ---- risk-analysis ----------------------------------------------------------------------------

const risk = { section: 'tax', threats: '不正アクセス', weaknesses: '古い機器', how_likely: 'likely', how_great: 'great_loss', treatment: '更新する' };

tag('risk-analysis', 'way', 'threats, weaknesses, likelihood and loss are weighed and kept with the treatment', async (t) => {
  const it = await hand(t, 'tanaka');
  const where = await it.open('risk_case', '税総合システムのリスク', risk);
  const id = where.split('/').pop();
  await moved(it, where, 'risk_case.analyse');
  await t.entry({ kind: 'case.moved', subject: id });
  const book = (await t.entries({ kind: 'book.opened', clause: 'HN-2.9(2)' }))[0];
  check(book, 'nothing stands in the book of risks');
  // nobody has said that an analysis is owed (as needed): the record proves that one was made
  await t.changes('HN-2.9(2)', ['unproven', 'met'], ['unproven', 'met'], async () => {
    const closed = await it.write(`/books/risks/${book.subject}`, {});
    check(closed.status === 303, `not closed: ${closed.status} ${closed.said.slice(0, 800)}`);
    return t.entry({ kind: 'book.closed', subject: book.subject }, ['HN-2.9(2)']);
  });
});

tag('risk-analysis', 'way', 'the commissioners revise once likelihood and loss have been analysed', { body: 'imabari-auditors' }, async (t) => {
  const it = await hand(t, 'kuroda');
  const where = await it.open('revision', '基本方針の見直し', { likelihood: 'yes', loss: 'yes' });
  await moved(it, where, 'revision.draft');
  const asked = await it.move(where, 'revision.decide');
  check(asked.status === 303, `${asked.status} ${asked.said.slice(0, 500)}`);
});

tag('risk-analysis', 'violation', 'no revision is decided without the analysis', { body: 'imabari-auditors' }, async (t) => {
  const it = await hand(t, 'kuroda');
  const where = await it.open('revision', '分析のない見直し', { likelihood: 'yes', loss: 'no' });
  await moved(it, where, 'revision.draft');
  const asked = await it.move(where, 'revision.decide');
  check(asked.status === 409, `decided: ${asked.status}`);
  await t.entry({ kind: 'case.refused', subject: where.split('/').pop() });
  t.shows('revision-unanalysed');
});

tag('risk-analysis', 'violation', 'a likelihood that is not on the scale is not taken', async (t) => {
  const it = await hand(t, 'tanaka');
  const to = '/cases/new/risk_case';
  const sent = await it.send(to, to, { name: '尺度の外', ...Object.fromEntries(Object.entries({ ...risk, how_likely: 'certain' }).map(([k, v]) => [`f.${k}`, v])) });
  check(sent.status === 400, `taken: ${sent.status}`);
  t.shows('off-scale');
});
