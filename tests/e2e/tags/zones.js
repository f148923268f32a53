// Zones and the few flows between them; the Internet seen as pictures only.
'use strict';
const fs = require('fs');
const path = require('path');
const { tag, check, brief } = require('./kit.js');
const { hand, text } = require('../forms.js');

const alpha = fs.readFileSync(path.join(__dirname, '../../../share/zones/alpha.tsv'), 'utf8');
const row = (t, kind, name, cells) => t.post('mori', `/registers/${kind}/rows`, { name, cells: { section: 'digital', ...cells } });
const host = (t, name, side) => row(t, 'host', name, { form: 'server', side, affairs: side === 'my_number' ? 'individual_number' : 'internal', resident: 'yes' });
const ask = (t, act, facts, more = {}) => t.post('mori', '/acts', { act, facts, ...more });
// the narrow exception: one machine to one machine, one port, to who touches no Internet
const narrow = { listed: 'yes', mac: '02:00:00:00:01:20', ip: '10.9.0.10', port: '443', peer_on_internet: 'no' };

async function refused(t, told, clause) {
  check(told.verdict === 'refuse' && told.clause === clause && /[ぁ-ん]/.test(told.sentence), `${clause}: ${brief(told)}`);
  const entry = await t.entry(told.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, `a refused act was done: ${brief(entry)}`);
}
// a line of the table with one cell of it written anew
function vary(start, column, value) {
  const line = alpha.split('\n').find((one) => one.startsWith(start));
  const cells = line.split('\t');
  check(cells[column] !== undefined && cells[column] !== value, `${start} has no other cell ${column}`);
  cells[column] = value;
  return alpha.replace(line, cells.join('\t'));
}
// the table as the office's border is given it
function apply(t, by, table) {
  const file = `${t.folder}/table.tsv`;
  fs.writeFileSync(file, table);
  return t.cli('zone', 'apply', '--by', by, file);
}
const rulesets = async (t) => (await t.entries({ kind: 'zone.ruleset', limit: 50 })).length;
// no ruleset is made of that table, and it says why
async function unmade(t, table, ...words) {
  const before = await rulesets(t), file = `${t.folder}/zone/ruleset.nft`, old = fs.readFileSync(file, 'utf8');
  const said = apply(t, 'sato', table);
  for (const word of words) check(said.status !== 0 && said.stderr.includes(word), `no ${word}: ${said.status} ${said.stdout}${said.stderr}`);
  check(await rulesets(t) === before && fs.readFileSync(file, 'utf8') === old, 'a ruleset was made');
}
async function standing(t) { // the table in force; the border machine itself is another test's
  if (await rulesets(t)) return;
  const said = apply(t, 'sato', alpha);
  check(said.stdout.includes('効いています') || said.stderr.includes('記録しました'), `${said.status} ${said.stdout}${said.stderr}`);
}

// ---- zone-separation

tag('zone-separation', 'way', 'a named flow out of the My Number zone, of one machine and one port, passes; so does one out of the LGWAN zone', async (t) => {
  const [source, target, www] = [await host(t, '住基サーバ', 'my_number'), await host(t, '連携サーバ', 'lgwan'), await host(t, '公開サーバ', 'internet')];
  const told = await t.changes('HN-2.3(1)-1/2', 'unproven', 'enforced', () => ask(t, 'flow', { ...narrow, source: source.id, target: target.id }));
  check(told.verdict === 'pass' && told.decision.clauses.some((c) => c.id === 'HN-1.5(3)-1/1' && c.effect === 'overridden'), brief(told));
  const entry = await t.entry(told.entry, ['HN-2.3(1)-1/2', 'HN-2.3(1)-1/3']);
  check(entry.kind === 'gate.passed' && entry.data.facts.source === source.id, brief(entry));
  const out = await t.changes('HN-2.3(2)-1/1', ['unproven', 'enforced'], 'enforced', () => ask(t, 'flow', { source: target.id, target: www.id, listed: 'yes' }));
  check(out.verdict === 'pass', brief(out));
  await t.entry(out.entry, ['HN-2.3(2)-1/1']);
});
tag('zone-separation', 'way', 'the table of flows becomes the ruleset that the ledger names, by the supervisor alone', async (t) => {
  const no = apply(t, 'aoki', alpha);
  check(no.status === 1 && await rulesets(t) === 0 && no.stderr.includes('統括情報セキュリティ責任者'), `${no.status} ${no.stderr}`);
  await t.changes('HN-2.6.1(8)-2', ['unproven', 'met', 'enforced'], ['unproven', 'met', 'enforced'], () => standing(t));
  const entry = await t.entry({ kind: 'zone.ruleset' }, ['HN-2.6.1(8)-2']);
  check(entry.actor === await t.person('sato') && entry.data.flows === 7, brief(entry));
  const rules = fs.readFileSync(`${t.folder}/zone/ruleset.nft`, 'utf8');
  check(rules.includes('policy drop') && !rules.includes('policy accept'), 'what nobody permitted is not dropped');
  for (const permitted of ['F-0001', 'F-0007']) check(rules.includes(permitted), `${permitted} is not in the ruleset`);
  const staff = await hand(t, 'aoki');
  const page = text((await staff.terminal.get('/zones?from=resident-db&to=jlis&what=https')).text);
  check(page.includes('届きます') && page.includes('F-0001'), page.slice(0, 900));
});
tag('zone-separation', 'violation', 'without a rule, and with one field unknown, nothing passes; each is kept', async (t) => {
  const [source, target, www] = [await host(t, '税のサーバ', 'my_number'), await host(t, '文書のサーバ', 'lgwan'), await host(t, '市のホームページ', 'internet')];
  const ends = { source: source.id, target: target.id };
  await refused(t, await ask(t, 'flow', { ...narrow, ...ends, listed: 'no' }), 'HN-1.5(3)-1/1');
  await refused(t, await ask(t, 'flow', { ...narrow, ...ends, peer_on_internet: 'yes' }), 'HN-2.3(1)-1/3');
  for (const field of ['mac', 'ip', 'port']) {
    const { [field]: gone, ...rest } = narrow;
    const told = await ask(t, 'flow', { ...rest, ...ends });
    check(told.verdict === 'hold' && told.clause === 'HN-2.3(1)-1/2', `${field} ${gone}: ${brief(told)}`);
    check((await t.entry(told.entry)).kind === 'act.held', `${field}: what waits is not kept`);
  }
  const none = await ask(t, 'flow', { source: www.id, target: target.id, listed: 'no', sanitised: 'yes' });
  check(none.verdict === 'refuse' && none.sentence !== '' && /refused$/.test((await t.entry(none.entry)).kind), brief(none));
  await refused(t, await ask(t, 'flow', { source: www.id, target: target.id, listed: 'yes', sanitised: 'no' }), 'HN-2.3(2)-1/2');
  t.shows('no-rule');
});
tag('zone-separation', 'violation', 'a My Number row with a wildcard, without who permitted it, or to a peer on the Internet makes no ruleset', async (t) => {
  await standing(t);
  const fields = 'HN-2.3(1)-1/2';
  await unmade(t, vary('flow\tF-0001', 4, '*'), 'F-0001', 'MACアドレス', fields);
  await unmade(t, vary('flow\tF-0001', 5, '*'), 'F-0001', 'IPアドレス', fields);
  await unmade(t, vary('flow\tF-0001', 6, '*'), 'F-0001', 'IPアドレス', fields);
  await unmade(t, vary('flow\tF-0001', 8, '*'), 'F-0001', 'ポート', fields);
  await unmade(t, vary('flow\tF-0001', 8, '443-500'), 'F-0001', 'ポート', fields);
  await unmade(t, vary('flow\tF-0001', 7, '*'), '47行目');
  await unmade(t, vary('flow\tF-0001', 11, ''), 'F-0001', 'HN-2.6.1(8)-2');
  await unmade(t, vary('peer\tjlis', 6, 'yes'), 'F-0001', 'HN-2.3(1)-1/3');
  t.shows('wildcard');
});
tag('zone-separation', 'violation', 'a peer is found on the Internet: halted, an incident, a duty at once, and the supervisor cuts it off', async (t) => {
  await standing(t);
  const peer = await row(t, 'network', '地方公共団体情報システム機構', { external: 'yes' });
  const told = await ask(t, 'peer_exposed', {}, { object: peer.id });
  await t.entry(told.entry, ['HN-2.3(1)-1/3']);
  check((await t.get('mori', `/registers/network/rows/${peer.id}`)).cells.halted === 'yes', 'it is not halted');
  const incident = await t.get('mori', `/cases/${told.case}`);
  check(incident.kind === 'incident' && incident.name.includes('地方公共団体情報システム機構'), brief(incident));
  const duty = (await t.get('sato', '/duties?clause=HN-2.3(1)-1/3')).items.find((d) => d.task === 'keep_networks_apart');
  check(duty && duty.due !== '', `nobody is told: ${brief(duty)}`);
  const staff = await hand(t, 'aoki'), sato = await hand(t, 'sato');
  check((await staff.terminal.get('/zones/cut')).status === 403, 'a staff member may cut');
  const cut = await sato.send('/zones/cut', '/zones/cut', { first: 'jlis', second: '', reason: '相手がインターネットにつながっていたため', step: 'cut' });
  check(cut.status === 303 && cut.location === '/zones', `${cut.status} ${cut.said.slice(0, 600)}`);
  await t.entry({ kind: 'zone.cut', subject: 'jlis' }, ['HN-2.6.1(10)-5']);
  check(fs.readFileSync(`${t.folder}/zone/cut`, 'utf8').split('\n').includes('F-0001'), 'the flow is not disabled');
  const page = text((await staff.terminal.get('/zones?from=resident-db&to=jlis&what=https')).text);
  check(page.includes('いまは届きません'), `it still reaches: ${page.slice(0, 900)}`);
  const settled = await t.post('sato', `/duties/${duty.id}/settlement`, { as: 'done', note: '切って、離れたことを確かめました', evidence: [`entry:${told.entry}`] });
  check(settled, 'not settled');
  t.shows('peer-exposed');
});
tag('zone-separation', 'violation', 'a zone of schools is unknown to a body whose policy has none', async (t) => {
  await standing(t);
  await unmade(t, alpha.replace('zone\tinternet', 'zone\tedu\teducation\t学校\nzone\tinternet'), '教育系という領域はありません');
  t.shows('unknown-zone');
});
tag('zone-separation', 'violation', 'Annaka knows the zone of schools; between it and LGWAN nothing passes that is not sanitised', { body: 'annaka' }, async (t) => {
  const [school, inner] = [await host(t, '学校のサーバ', 'education'), await host(t, '庁内のサーバ', 'lgwan')];
  const told = await ask(t, 'flow', { source: school.id, target: inner.id, listed: 'yes', sanitised: 'no' });
  check(told.verdict === 'refuse' && told.clauses.includes('AN-7(3)-2/1'), brief(told));
  await t.entry(told.entry, ['AN-7(3)-2/1']);
});

// ---- screen-transfer

const screen = { registered_gateway: 'yes', screen_only: 'yes' };
tag('screen-transfer', 'way', 'pictures alone, through the registered relay, cross to the LGWAN side', async (t) => {
  const [pc, www] = [await host(t, 'LGWANの端末', 'lgwan'), await host(t, '調べ物の先', 'internet')];
  const told = await t.changes('HN-2.3(2)-1b', 'unproven', 'enforced', () =>
    ask(t, 'view_screen', { ...screen, target: www.id }, { object: pc.id, reference: 'screen/1' }));
  check(told.verdict === 'pass', brief(told));
  const entry = await t.entry(told.entry, ['HN-2.3(2)-1b']);
  check(entry.kind === 'gate.passed' && entry.data.reference === 'screen/1', brief(entry));
});
tag('screen-transfer', 'violation', 'files or clipboard beside it, or another relay: refused and kept; unknown: it waits', async (t) => {
  const pc = await host(t, 'LGWANの端末 2', 'lgwan'), at = { object: pc.id };
  await refused(t, await ask(t, 'view_screen', { ...screen, screen_only: 'no' }, at), 'HN-2.3(2)-1b');
  await refused(t, await ask(t, 'view_screen', { ...screen, registered_gateway: 'no' }, at), 'HN-2.3(2)-1b');
  for (const fact of Object.keys(screen)) {
    const { [fact]: gone, ...rest } = screen;
    const told = await ask(t, 'view_screen', rest, at);
    check(told.verdict === 'hold' && told.clause === 'HN-2.3(2)-1b', `${fact} ${gone}: ${brief(told)}`);
  }
  t.shows('other-channel', 'other-gateway');
});
tag('screen-transfer', 'violation', 'a row for a screen to what is no registered relay, or by another service, makes no ruleset', async (t) => {
  await standing(t);
  await unmade(t, vary('flow\tF-0007', 2 + 1, 'www'), 'F-0007', '画面転送');
  await unmade(t, vary('flow\tF-0007', 7, 'https'), 'F-0007', '画面転送');
});
