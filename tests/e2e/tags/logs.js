// Collectors and monitors: records kept for their time, sources that fall silent, clocks
// that differ, attacks, machines that are out of date.
'use strict';
const { tag, check, brief } = require('./kit.js');

const tell = (t, act, object, facts, more = {}) => t.post('mori', '/acts', { act, object, facts, ...more });
const server = (t, name, more = {}) => t.post('mori', '/registers/host/rows', { name,
  cells: { section: 'digital', form: 'server', resident: 'yes', keeps_logs: 'yes', ...more } });
const system = (t, name, more = {}) => t.post('mori', '/registers/system/rows', { name, cells: { section: 'digital', for_outsiders: 'no', ...more } });
async function stopped(t, told, clause) {
  check(told.verdict === 'refuse' && told.clause === clause && told.sentence !== '', `${clause}: ${brief(told)}`);
  const entry = await t.entry(told.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, brief(entry));
}

// Whoever owes it confirms it with that entry; one who has not leaves the clause unproven.
async function confirmed(t, clause, entry, owners, last = 'met') {
  for (const [i, login] of owners.entries()) {
    const duty = (await t.get(login, `/duties?clause=${encodeURIComponent(clause)}`)).items[0];
    check(duty, `${login} owes nothing by ${clause}`);
    await t.changes(clause, 'unproven', i + 1 < owners.length ? 'unproven' : last, () =>
      t.post(login, `/duties/${duty.id}/settlement`, { as: 'done', note: '記録のとおり行いました', evidence: [`entry:${entry}`] }));
  }
  await t.entry({ kind: 'duty.done', clause }, [clause]);
}
const managers = ['ogawa', 'tanaka', 'chiba', 'fujii', 'kimura', 'hayashi'];

// ---- log-retention

tag('log-retention', 'way', 'a batch is kept in its book with the day until which it stays; what has expired may be erased', async (t) => {
  const host = await server(t, 'ログ収集サーバ');
  const batch = await t.changes('HN-2.6.1(6)-1', 'unproven', 'unproven', () =>
    tell(t, 'log_batch', host.id, { offset_seconds: '0', backward: 'no', lines: '1200' }, { reference: 'batch/1' }));
  check(batch.records.length === 1, brief(batch));
  await t.entry(batch.entry, ['HN-2.6.1(6)-1']);
  await confirmed(t, 'HN-2.6.1(6)-1', batch.entry, managers, 'unproven'); // a silence that was never heard of is not proven to be looked into
  const silent = await tell(t, 'source_silent', host.id, { silent_hours: '6' });
  await t.until('the silence is owed an answer', async () => (await t.get('hayashi', '/duties?clause=HN-2.6.1(6)-1')).items[0]);
  await confirmed(t, 'HN-2.6.1(6)-1', silent.entry, ['hayashi']);
  const kept = await t.get('mori', `/records/logs/${batch.records[0]}`);
  check(kept.state === 'closed' && kept.cells.lines === '1200' && kept.until >= '2031-03-31', `the batch is not kept: ${brief(kept)}`);
  const log = await system(t, '古いログ');
  const gone = await tell(t, 'erase_log', log.id, { expired: 'yes', on_hold: 'no' });
  check(gone.verdict === 'pass' && (await t.entry(gone.entry)).kind === 'gate.passed', brief(gone));
});
tag('log-retention', 'violation', 'erasing before the time, or while held as evidence, is refused', async (t) => {
  const log = await system(t, '新しいログ');
  await stopped(t, await tell(t, 'erase_log', log.id, { expired: 'no', on_hold: 'no' }), 'HN-2.6.1(6)-1');
  await stopped(t, await tell(t, 'erase_log', '', { expired: 'yes', on_hold: 'yes' }, { reference: 'batch/9' }), 'HN-2.6.5(3)/1');
  const unknown = await tell(t, 'erase_log', '', {});
  check(unknown.verdict === 'hold', `erased without knowing: ${brief(unknown)}`);
  t.shows('early-erasure');
});

// ---- log-analysis

tag('log-analysis', 'way', 'an inspection of the records is kept: who, when, which period, with what result', async (t) => {
  const log = await system(t, '税務のログ');
  const done = await t.changes('HN-2.6.1(6)-2', 'unproven', 'unproven', () =>
    tell(t, 'inspect_log', log.id, { period: '令和8年3月分', outcome: '異常なし', intrusion: 'no' }));
  const entry = await t.entry(done.entry, ['HN-2.6.1(6)-2']);
  check(entry.data.done === 'inspect_log' && !JSON.stringify(entry.data).includes('異常なし'), `free text in the ledger: ${brief(entry)}`);
  await confirmed(t, 'HN-2.6.1(6)-2', done.entry, managers);
  const record = await t.get('mori', `/records/log_inspections/${done.records[0]}`);
  check(record.state === 'closed' && record.cells.outcome === '異常なし' && record.cells.period !== '', brief(record));
});
tag('log-analysis', 'violation', 'a source that falls silent is an alert: a duty with its time, and an incident', async (t) => {
  const host = await server(t, '静かなサーバ');
  const silent = await tell(t, 'source_silent', host.id, { silent_hours: '6' });
  check(silent.clauses.includes('HN-2.6.1(6)-1') && silent.case !== '', brief(silent));
  const duty = (await t.get('hayashi', '/duties?clause=HN-2.6.1(6)-1')).items.find((d) => d.event === 'source_silent');
  check(duty && duty.due !== '', `no alert: ${brief(duty)}`);
  check((await t.get('mori', `/cases/${silent.case}`)).name.includes('静かなサーバ'), 'no incident of that source');
  t.shows('silent-source');
});

// ---- time-sync

tag('time-sync', 'way', 'a batch whose clock is within the threshold is kept with its offset', async (t) => {
  const host = await server(t, '時刻の合ったサーバ');
  const batch = await t.changes('HN-2.7.1-2', 'unproven', 'unproven', () =>
    tell(t, 'log_batch', host.id, { offset_seconds: '1', backward: 'no', lines: '10' }));
  check(!batch.due.some((d) => d.task === 'check_clocks' && d.certain), `at the threshold: ${brief(batch)}`);
  check((await t.get('mori', `/records/logs/${batch.records[0]}`)).cells.offset_seconds === '1', 'the offset is not kept');
});
tag('time-sync', 'violation', 'an offset over the threshold, or a clock that went back, marks the batch and begins a duty; nothing is rewritten', async (t) => {
  const host = await server(t, '時刻のずれたサーバ');
  for (const facts of [{ offset_seconds: '2', backward: 'no' }, { offset_seconds: '0', backward: 'yes' }]) {
    const batch = await tell(t, 'log_batch', host.id, { ...facts, lines: '10' });
    check(batch.due.some((d) => d.task === 'check_clocks' && d.clause === 'HN-2.7.1-2' && d.certain), brief(batch));
    await t.entry(batch.entry, ['HN-2.7.1-2']);
    const kept = await t.get('mori', `/records/logs/${batch.records[0]}`);
    check(kept.cells.offset_seconds === facts.offset_seconds && kept.cells.backward === facts.backward, `rewritten: ${brief(kept)}`);
    const again = await t.api('mori', 'POST', `/records/logs/${batch.records[0]}`, { cells: { offset_seconds: '0' } });
    check(again.status === 409, `a kept batch was changed: ${again.status}`);
  }
  t.shows('offset', 'never-rewritten');
});

// ---- intrusion-defence

tag('intrusion-defence', 'way', 'an announced attack: measures by those who may decide them; a criminal one is kept as evidence', async (t) => {
  const site = await system(t, '公開サイト', { for_outsiders: 'no' });
  const announced = await tell(t, 'attack_expected', site.id, {});
  check(announced.due.some((d) => d.task === 'stop_or_measure') && announced.clauses.includes('HN-2.6.5(2)/1'), brief(announced));
  const duty = (await t.get('kuroda', '/duties?clause=HN-2.6.5(2)/1')).items[0];
  await t.changes('HN-2.6.5(2)/1', ['unproven', 'met', 'overdue'], 'met', () =>
    t.post('kuroda', `/duties/${duty.id}/settlement`, { as: 'done', note: '公開を止めました', evidence: [`entry:${announced.entry}`] }));
  const attack = await tell(t, 'attacked', site.id, { criminal: 'yes' });
  check(attack.records.length === 1 && attack.case !== '', brief(attack));
  check(attack.due.some((d) => d.task === 'preserve_record') && attack.due.some((d) => d.task === 'tell_police'), brief(attack.due));
});
tag('intrusion-defence', 'violation', 'who may not, does not decide the stop; evidence stays; a service that nobody needs is refused', async (t) => {
  const site = await system(t, '予約サイト');
  await tell(t, 'attack_expected', site.id, {});
  const duty = (await t.get('kuroda', '/duties?clause=HN-2.6.5(2)/1')).items[0];
  const wrong = await t.api('aoki', 'POST', `/duties/${duty.id}/settlement`, { as: 'done', note: '止めた' });
  check([403, 404].includes(wrong.status), `the stop was decided by staff: ${wrong.status}`);
  await stopped(t, await tell(t, 'erase_log', '', { expired: 'yes', on_hold: 'yes' }, { reference: 'attack/3' }), 'HN-2.6.5(3)/1');
  const host = await server(t, '公開サーバ');
  await stopped(t, await tell(t, 'run_service', host.id, { needed_service: 'no', service_name: 'telnet' }), 'HN-2.6.5(1)-1');
  t.shows('evidence-kept', 'unneeded-service', 'stop-unauthorised');
});

// ---- endpoint-hygiene

tag('endpoint-hygiene', 'way', 'software within its support runs, a protected machine is set up; an infection tells who sits there what to do', async (t) => {
  const soft = await t.post('mori', '/registers/software/rows', { name: '表計算', cells: { section: 'digital', supported: 'yes', copied: 'no' } });
  const run = await tell(t, 'run_software', soft.id, {});
  check(run.verdict === 'pass' && (await t.entry(run.entry)).data.done === 'run_software', brief(run));
  const pc = await t.post('aoki', '/registers/host/rows', { name: '税務の端末2', cells: { section: 'tax', form: 'pc', resident: 'yes' } });
  const infected = await tell(t, 'infection', pc.id, { suspected: 'yes' }, { actor: await t.person('aoki') });
  check(infected.due.some((d) => d.task === 'unplug' && d.clause === 'HN-2.6.4(3)-6a'), brief(infected));
  await t.entry(infected.entry, ['HN-2.6.4(3)-6a']);
  const duty = (await t.get('aoki', '/duties?clause=HN-2.6.4(3)-6a')).items[0];
  await t.changes('HN-2.6.4(3)-6a', 'unproven', 'met', () =>
    t.post('aoki', `/duties/${duty.id}/settlement`, { as: 'done', note: 'LANケーブルを外しました' }));
  const set = await tell(t, 'deploy_host', pc.id, { 'object.resident': 'yes' });
  check(set.verdict === 'pass', brief(set));
  await t.entry(set.entry, ['HN-2.6.4(1)-4']);
});
tag('endpoint-hygiene', 'violation', 'past support, stale patterns, machines without protection are refused', async (t) => {
  const old = await t.post('mori', '/registers/software/rows', { name: '古い基本ソフト', cells: { section: 'digital', supported: 'no', copied: 'no' } });
  await stopped(t, await tell(t, 'run_software', old.id, {}), 'HN-2.6.4(1)-7');
  const stale = await t.post('aoki', '/registers/host/rows', { name: '持ち帰った端末', cells: { section: 'tax', form: 'pc', resident: 'yes' } });
  const back = await tell(t, 'connect_device', stale.id, { 'object.pattern_current': 'no' });
  check(back.verdict === 'refuse' && /^HN-2\.6\.4\([12]\)-/.test(back.clause), `a stale machine came back: ${brief(back)}`);
  const bare = await t.post('aoki', '/registers/host/rows', { name: '裸の端末', cells: { section: 'tax', form: 'pc' } });
  await stopped(t, await tell(t, 'deploy_host', bare.id, { 'object.resident': 'no' }), 'HN-2.6.4(1)-4');
  t.shows('stale-pattern');
});
