// Exceptions that cannot wait: begun on the manager's own word, reported in time, judged.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, told, duties, whole } = require('../forms.js');
const { asset, row } = require('../asking.js');

const clause = 'HN-2.2.2(5)-1'; // assets are kept where they ought to be
const begin = (who, object, more = {}) => who.send(`/exceptions/new?clause=${encodeURIComponent(clause)}&object=${object}`, '/exceptions/new',
  { clause, object, ground: '書庫が浸水したため、別の棟の会議室に置く', until: 'R8.4.20', urgent: '1', ...more });
const store = (t, login, object) => t.post(login, '/acts', { act: 'store_asset', object, facts: { place_fits: 'no' } });
const sentTo = (reply) => {
  check(reply.status === 303 && /^\/decide\/[a-z0-9]{26}$/.test(reply.location || ''), `not begun: ${reply.status} ${reply.said.slice(0, 900)}`);
  return reply.location;
};

tag('exception', 'way', 'urgent: begun at once, recorded, reported in time, looked at by the CISO, in force until its day', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka'), ciso = await hand(t, 'kuroda');
  const it = await asset(t, '浸水した書庫の台帳');
  check((await store(t, 'aoki', it.id)).verdict === 'refuse', 'it may be stored anywhere already');
  const where = sentTo(await begin(manager, it.id));
  const id = where.split('/')[2];
  const entry = await t.entry({ kind: 'application.permitted', subject: id }, ['HN-2.7.4(2)/1']);
  check(entry.data.done === 'exception.begin' && entry.data.facts['object.urgent'] === 'yes', JSON.stringify(entry.data));
  check((await t.state(clause)) === 'exception', `the clause is ${await t.state(clause)}`);
  check((await store(t, 'aoki', it.id)).verdict === 'pass', 'the section cannot do what its manager decided');
  const book = (await t.get('hayashi', '/records/exceptions')).items;
  check(book.some((b) => b.state === 'closed' || b.closed), `the record is not whole: ${JSON.stringify(book).slice(0, 700)}`);
  const owed = await t.until('the report is owed', () => duties(t, 'HN-2.7.4(2)/2')[0]);
  check(owed.due, `without a time: ${JSON.stringify(owed)}`);
  const home = await manager.terminal.get('/');
  check(home.text.includes('緊急にとった例外措置の報告'), 'his home does not say it');
  const empty = await manager.send(where, where, { act: 'report', report: '' });
  check(empty.status === 400, `an empty report: ${empty.status}`);
  told(empty, '「報告」が空です');
  const sent = await manager.send(where, where, { act: 'report', report: '雨漏りで書庫に入れないため、会議室に鍵をかけて置いた。' });
  check(sent.status === 303, `${sent.status} ${sent.said.slice(0, 500)}`);
  await t.until('the duty is done', () => whole(t, owed).state === 'done');
  check(['met', 'exception'].includes(await t.state('HN-2.7.4(2)/2')), `reported, and ${await t.state('HN-2.7.4(2)/2')}`);
  const look = await t.until('it is to be looked at', () => duties(t, 'LOCAL-HN-12')[0]);
  check((await ciso.terminal.get('/')).text.includes('報告を受けた例外措置の判断'), 'the CISO is not told');
  const staff = await hand(t, 'aoki');
  check((await staff.terminal.get(where)).status !== 200, 'anybody may read it');
  const upheld = await ciso.send(where, where, { act: 'uphold', words: '' });
  check(upheld.status === 303, `${upheld.status} ${upheld.said.slice(0, 500)}`);
  await t.entry({ kind: 'application.urgent.reviewed', subject: id }, ['LOCAL-HN-12']);
  await t.until('that duty is done', () => whole(t, look).state === 'done');
  told({ said: (await manager.terminal.get('/exceptions')).text }, '報告を受けて認められました');
  t.day('2026-04-21');
  await t.until('it lapses', async () => (await t.get('tanaka', `/applications/${id}`)).state === 'lapsed');
  check((await store(t, 'aoki', it.id)).verdict === 'refuse', 'it goes on after its day');
});

tag('exception', 'way', 'a deed against a rule on the claim of urgency is an exception that has to be reported', { fresh: true }, async (t) => {
  const it = await asset(t, '持ち出した書棚の台帳', {}, 'tanaka');
  const done = await t.post('tanaka', '/acts', { act: 'store_asset', object: it.id, facts: { place_fits: 'no' },
    claims: [{ name: 'urgent', reason: '庁舎の浸水' }] });
  check(done.verdict === 'pass', JSON.stringify(done).slice(0, 500));
  const begun = await t.entry({ kind: 'application.urgent.begun' }, ['HN-2.7.4(2)/1']);
  await t.until('the report is owed', () => duties(t, 'HN-2.7.4(2)/2')[0]);
  const reported = await t.post('tanaka', `/exceptions/${begun.subject}/report`, { report: '水が引くまで別室に置いた。' });
  check(reported.reported === true && reported.urgent === true, JSON.stringify(reported));
  const stopped = await t.post('kuroda', `/exceptions/${begun.subject}/judgement`, { judgement: 'stop', reason: '金庫が空いている' });
  check(stopped.judged === 'stop' && stopped.state === 'closed', JSON.stringify(stopped));
  check((await store(t, 'aoki', it.id)).verdict === 'refuse', 'it goes on though it was ended');
});

tag('exception', 'violation', 'urgent without a report: overdue, handed upwards, in the proof and at home; nobody judges his own', { fresh: true }, async (t) => {
  const it = await asset(t, '別室に置いた台帳');
  const begun = await t.post('tanaka', '/exceptions', { clause, object: it.id, ground: '書庫の浸水', until: '2026-04-20', urgent: true });
  check(begun.state === 'permitted' && begun.urgent, JSON.stringify(begun));
  const owed = await t.until('the report is owed', () => duties(t, 'HN-2.7.4(2)/2')[0]);
  const early = await t.api('kuroda', 'POST', `/exceptions/${begun.id}/judgement`, { judgement: 'uphold' });
  check(early.status === 409, `judged before it was reported: ${early.status}`);
  await t.refused('tanaka', 'POST', `/exceptions/${begun.id}/judgement`, { judgement: 'uphold' });
  t.day('2026-04-03');
  await t.until('it is overdue', () => whole(t, owed).state === 'overdue');
  check((await t.state('HN-2.7.4(2)/2')) === 'overdue', `the clause is ${await t.state('HN-2.7.4(2)/2')}`);
  check((await t.entry({ kind: 'duty.overdue' }, ['HN-2.7.4(2)/2'])).seq > 0, 'no entry');
  const ciso = await hand(t, 'kuroda'), late = await hand(t, 'tanaka');
  check((await ciso.terminal.get('/')).text.includes('緊急にとった例外措置の報告'), 'it is not handed upwards');
  const home = (await late.terminal.get('/')).text;
  check(home.includes('緊急にとった例外措置の報告') && home.includes('過ぎています'), 'his home does not say that it is late');
  const words = await t.api('tanaka', 'POST', `/duties/${(await duties(t, 'HN-2.7.4(2)/2'))[0].id}/settlement`, { as: 'done', note: '報告済み' });
  check(words.status === 422 && words.data.errors[0].field === 'evidence', `settled by words: ${words.status} ${brief(words.data)}`);
  t.shows('urgent-unreported');
});

tag('exception', 'violation', 'urgent: not by staff, not where a gate stands, not without a ground, not where there is no exception', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka'), staff = await hand(t, 'aoki');
  const it = await asset(t, '置き場のない台帳');
  const medium = await row(t, 'aoki', 'medium', '拾得したUSBメモリ', { owner: 'tax', managed: 'yes', approved: 'no' });
  const seq = await t.last();
  check((await begin(staff, it.id)).status === 409, 'staff may begin one');
  const gate = await begin(manager, medium.id, { clause: 'HN-2.5.1(1)-4a' });
  check(gate.status === 409, `a gate opened on a word: ${gate.status}`);
  told(gate, '許可を待たずに例外とすることができません');
  check((await begin(manager, it.id, { ground: '' })).status === 400, 'without a ground');
  check((await begin(manager, it.id, { clause: 'HN-2.5.1(1)-3c/2' })).status === 409, 'a rule without exception');
  check(!(await t.entries({ kind: 'application.' })).some((e) => e.seq > seq), 'something began');
  check((await store(t, 'aoki', it.id)).verdict === 'refuse', 'it opened');
});
