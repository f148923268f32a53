// Applications and the words on them from the command line: what the API says, the command says.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { asset, row } = require('../asking.js');

const ask = (t, login, act, ...words) => t.cli('apply', act, '--by', login, '--reason', '現地調査で確かめるため', ...words);
const line = (said) => said.stdout.split('\n')[0].split('\t');
const trip = ['place=市内の現地', 'until=2026-04-10', 'on_duty=yes'];
// both ways are refused alike: the same sentence, the same clause or field
async function alike(t, login, body, words, status) {
  const api = await t.api(login, 'POST', '/applications', { title: '件名', purpose: '現地調査で確かめるため', ...body });
  const cli = ask(t, login, body.act, ...words);
  const problem = api.data.errors ? api.data.errors[0].text : api.data.detail;
  check(api.status >= 400 && cli.status === status, `${brief(body)}: ${api.status} ${cli.status} ${cli.stderr}`);
  check(cli.stderr.includes(problem), `not the same sentence: ${brief(api.data)} / ${cli.stderr}`);
  check(!api.data.clause || cli.stderr.includes(api.data.clause), `not the same clause: ${api.data.clause} / ${cli.stderr}`);
}

tag('permit-takeout', 'way', 'the command files it, the manager permits by the command, and the record is owed', async (t) => {
  const it = await asset(t, '指示書（紙）', { medium_kind: 'paper' });
  const made = ask(t, 'aoki', 'take_out', `object=${it.id}`, '--title', '指示書の持出し', ...trip);
  check(made.status === 0, `not filed: ${made.stderr}`);
  const [id, number, state] = line(made);
  check(state === 'open' && /^R8-\d{4}$/.test(number) && made.stdout.includes('田中'), made.stdout);
  check(t.cli('permit', 'list', '--by', 'tanaka').stdout.split('\n').some((l) => l.startsWith(`${id}\t`)), 'it does not wait for the manager');
  check(t.cli('apply', 'list', '--by', 'aoki').stdout.startsWith(`${id}\t`), 'it is not among his own');
  const done = await t.changes('HN-2.2.2(5)-5', ['unproven', 'met'], 'met', () => t.cli('permit', id, '--by', 'tanaka'));
  check(done.status === 0 && line(done)[2] === 'permitted', done.stdout + done.stderr);
  await t.entry({ kind: 'application.permitted', subject: id }, ['HN-2.2.2(5)-5']);
  check((await t.get('aoki', `/applications/${id}`)).title === '指示書の持出し', 'the API sees another application');
  await t.until('its record is open', async () => (await t.entries({ kind: 'book.opened', limit: 5 })).length > 0);
});

tag('permit-takeout', 'way', 'several things in one application, each asked of its owner', async (t) => {
  const [one, two] = [await asset(t, '図面の写し'), await asset(t, '台帳の写し')];
  const made = ask(t, 'aoki', 'take_out', `object=${one.id}`, `object=${two.id}`, '--together', ...trip);
  const ids = made.stdout.split('\n').filter((l) => /^[a-z0-9]{26}\t/.test(l)).map((l) => l.split('\t')[0]);
  check(made.status === 0 && ids.length === 2, made.stdout + made.stderr);
  const a = await t.get('aoki', `/applications/${ids[0]}`);
  check(a.joint && a.together === true, brief(a));
});

tag('permit-takeout', 'violation', 'what the API refuses the command refuses, by the same clause and sentence', async (t) => {
  const it = await asset(t, '評価の資料'), list = await asset(t, '納税者の一覧', { importance: 'A', personal: 'yes' });
  const own = await row(t, 'aoki', 'host', '私物の端末', { section: 'tax', issued: 'no', form: 'pc' });
  const facts = { place: '市内の現地', until: '2026-04-10', on_duty: 'yes' };
  await alike(t, 'aoki', { act: 'take_out', object: it.id, facts: { ...facts, on_duty: 'no' } },
    [`object=${it.id}`, 'place=市内の現地', 'until=2026-04-10', 'on_duty=no'], 1);
  await alike(t, 'aoki', { act: 'work_outside', object: list.id, facts: { place: '自宅', until: '2026-04-10', on_paper: 'no', device: own.id } },
    [`object=${list.id}`, 'place=自宅', 'until=2026-04-10', 'on_paper=no', `device=${own.id}`], 1);
  await alike(t, 'aoki', { act: 'take_out', object: it.id, facts: { ...facts, until: '2026-03-31' } },
    [`object=${it.id}`, 'place=市内の現地', 'until=2026-03-31', 'on_duty=yes'], 2);
  await alike(t, 'aoki', { act: 'take_out', object: it.id, facts: { ...facts, back_at: '2026-04-02' } },
    [`object=${it.id}`, ...trip, 'back_at=2026-04-02'], 2);
  await alike(t, 'aoki', { act: 'mail_flood', facts: {} }, [], 2);
  await alike(t, 'aoki', { act: 'take_out', facts }, trip, 2);
  await alike(t, 'aoki', { act: 'take_out', object: it.id, purpose: '', facts }, [`object=${it.id}`, ...trip, '--reason', ''], 2);
  const open = line(ask(t, 'aoki', 'take_out', `object=${it.id}`, ...trip))[0];
  const self = t.cli('permit', open, '--by', 'aoki');
  check(self.status === 1 && self.stderr.includes('HN-2.1(3)-1'), `permitted himself: ${self.status} ${self.stderr}`);
  await t.entry({ kind: 'application.denied', subject: open }, ['HN-2.1(3)-1']);
  check(t.cli('permit', open, '--by', 'kimura').status === 1, 'another section\'s manager is heard');
  check(t.cli('permit', open, '--by', 'tanaka', '--decline').status === 2, 'declined without a reason');
  check(t.cli('permit', open, '--by', 'tanaka', '--decline', '--return', '--reason', 'x').status === 2, 'two words at once');
  const no = t.cli('permit', open, '--by', 'tanaka', '--decline', '--reason', '庁内で足りるため');
  check(no.status === 0 && line(no)[2] === 'refused', no.stdout + no.stderr);
  const late = t.cli('permit', open, '--by', 'tanaka');
  check(late.status === 2 && late.stderr.includes('すでに'), `decided twice: ${late.status} ${late.stderr}`);
  const gone = line(ask(t, 'aoki', 'take_out', `object=${it.id}`, ...trip))[0];
  check(t.cli('apply', 'withdraw', gone, '--by', 'tanaka').status === 1, 'somebody else withdraws it');
  check(line(t.cli('apply', 'withdraw', gone, '--by', 'aoki'))[2] === 'withdrawn', 'not withdrawn');
  check(t.cli('apply', 'take_out', '--by', 'nobody', '--reason', 'x').status === 2, 'a person whom nobody knows');
});
