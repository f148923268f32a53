// Policies as versioned data: what they hold, how they are revised, and how two editions
// stand beside each other.
'use strict';
const { tag, check, brief, sekisho } = require('./kit.js');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { hand, duties, told } = require('../forms.js');

const top = path.join(__dirname, '../../..');
// the same policies with one edition changed by hand, as an office would have it in a folder
function edited(edition, file, change) {
  const share = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-share-'));
  for (const one of ['vocabulary', 'policies', 'share']) fs.cpSync(path.join(top, one), path.join(share, one), { recursive: true });
  const at = path.join(share, 'policies', edition, file);
  fs.writeFileSync(at, change(fs.readFileSync(at, 'utf8')));
  const said = spawnSync(`${process.env.TAGS_BUILD}/bin/sekisho`, ['policy', 'check', edition], { encoding: 'utf8', env: { ...process.env, SEKISHO_SHARE: share } });
  fs.rmSync(share, { recursive: true, force: true });
  return said;
}
const refuses = (said, finding, words) => check(said.status !== 0 && new RegExp(`^E${finding} `, 'm').test(said.stdout + said.stderr) &&
  (said.stdout + said.stderr).includes(words), `no E${finding} ${words}: ${said.status} ${(said.stdout + said.stderr).split('\n').filter((l) => /^E|誤り/.test(l)).join('\n')}`);
const document = (t, login, name, sort, section) => t.post(login, '/registers/policy_document/rows', { name, section, cells: { sort, owner: section } });

// ---- policy-structure ----------------------------------------------------------------------

tag('policy-structure', 'way', 'clauses with number, wording and strength; the documents that must exist become met', { body: 'annaka' }, async (t) => {
  const one = await t.get('hayashi', '/clauses/AN-10%2F2');
  check(one.cite === '10 第2段落' && one.says.includes('公開しない') && one.reading.includes('してはならない'), brief(one));
  const adopted = (await t.states()).get('BASE-5.1.2'); // of the standard that stands in for the city's own
  check(adopted && adopted !== 'na', `the adopted standard binds nobody: ${adopted}`);
  check((await t.get('hayashi', '/clauses/BASE-5.1.2')).says.length > 5, 'an adopted clause cannot be read');
  check(duties(t, 'AN-10/1').length === 1, 'the standards are not asked for');
  await t.changes('AN-10/1', 'unproven', 'met', async () => {
    const made = await document(t, 'sato', '安中市情報セキュリティ対策基準', 'standards', 'general');
    await t.entry({ kind: 'register.registered', subject: made.id });
    await t.until('the document is there', () => duties(t, 'AN-10/1').length === 0);
    await t.entry({ kind: 'duty.done', clause: 'AN-10/1' }, ['AN-10/1']);
  });
});

tag('policy-structure', 'way', 'one word, two bodies: the LGWAN border of Annaka and of Fuchu', async (t) => {
  const flow = (policy, from, to) => JSON.parse(spawnSync(`${process.env.TAGS_BUILD}/bin/sekisho`, ['decide', '--policy', policy, '--on', '2026-05-01', '-'],
    { encoding: 'utf8', input: JSON.stringify({ act: 'flow', facts: { source: 'a', 'source.side': from, target: 'b', 'target.side': to, sanitised: 'no' } }) }).stdout || '{}');
  const [an, fc] = [flow('annaka-2026-04', 'lgwan', 'education'), flow('fuchu-2022-05', 'lgwan', 'education')];
  check(brief(an) !== brief(fc) && an.verdict && fc.verdict, `the same answer: ${brief(an)} ${brief(fc)}`);
  check((await t.state('HN-1.2(12)')) === 'na', 'a definition asks for something');
});

tag('policy-structure', 'violation', 'a number twice, a reference to nothing and a word that is none stop the load', async (t) => {
  refuses(edited('hannan-2022-07', '2-8-outsourcing.pol', (s) => `${s}\nclause HN-2.8.3-3 "第2章 8.3③" says "二つ目" reference purpose\n`), 2, 'HN-2.8.3-3');
  refuses(edited('hannan-2022-07', '2-8-outsourcing.pol', (s) => `${s}\nclause HN-2.8.9 "第2章 8.9" says "ほかの条による" carried by HN-9.9.9\n`), 3, 'HN-9.9.9');
  refuses(edited('hannan-2022-07', '2-8-outsourcing.pol', (s) => `${s}\nclause HN-2.8.9 "第2章 8.9" says "語がない" forbid post_sns when object.unheard_of\n`), 1, 'unheard_of');
  t.shows('clause-twice', 'dangling');
});

tag('policy-structure', 'violation', 'a clause below one that is not there stops the load and is not taken in, with file and line', async (t) => {
  const said = edited('fukushima-2023-06', 'omissions.pol', (s) => `${s}\nclause FS-OMIT-99 "第77" says "略" omitted "2項目" under FS-77\n`);
  refuses(said, 3, 'FS-77');
  check(/^E3 fukushima-2023-06\/omissions\.pol:\d+:\d+ /m.test(said.stdout + said.stderr), `no file and line: ${said.stdout}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-texts-')), text = path.join(folder, 'policy.txt');
  fs.writeFileSync(text, '1. 総則\n1.1 目的\n1.1.1 端末を台帳に記す。\n1.2 範囲\n1.4.1 親のない項である。\n2. 体制\n');
  const listed = sekisho('policy', 'import', text);
  check(listed.status === 0 && /5行 上の番号なし .*1\.4\.1/.test(listed.stdout), `not listed: ${listed.stdout}`);
  const seq = await t.last();
  const kept = t.cli('policy', 'import', text, '--policy', 'hannan-2022-07');
  check(kept.status !== 0 && kept.stderr.includes(`${text}:5`) && kept.stderr.includes('上の番号'), `taken in: ${kept.status} ${kept.stderr}`);
  check(!fs.existsSync(`${t.folder}/texts`) && (await t.last()) === seq, 'something is kept of it');
  fs.rmSync(folder, { recursive: true, force: true });
  t.shows('unknown-parent');
});

tag('policy-structure', 'violation', 'a document that is not public is not given out; that it was asked for is kept, not what it says', { body: 'annaka' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const made = await document(t, 'tanaka', '資産税課の実施手順', 'procedures', 'tax');
  const asked = await staff.tell('disclose', made.id, { performed_at: 'R8.4.2', recipient: '取材の記者 秘密の氏名' });
  check(asked.status === 409, `given out: ${asked.status} ${asked.said.slice(0, 500)}`);
  told(asked, '実施手順は公開しない');
  const kept = await t.entry({ kind: 'deed.refused', subject: made.id }, ['AN-11/2']);
  check(JSON.stringify(kept.data) === '{"act":"disclose"}', `more is kept: ${brief(kept.data)}`);
  const basic = await document(t, 'sato', '情報セキュリティ基本方針', 'basic_policy', 'general');
  const open = await staff.tell('disclose', basic.id, { performed_at: 'R8.4.2', recipient: '市民' });
  check(open.status === 303, `the public one is kept back: ${open.said.slice(0, 500)}`);
  t.shows('not-public');
});

tag('policy-structure', 'violation', 'what is outside the scope is not governed, and that is said with its clause', { body: 'annaka' }, async (t) => {
  const said = await t.post('aoki', '/decisions', { act: 'take_out', facts: { 'object.owner': 'tax', 'object.specific': 'yes', 'object.medium_kind': 'data' } });
  check(said.decision.outside === true && brief(said.decision.spoken || said.decision).includes('AN-1/3'), brief(said));
  t.shows('not-governed');
});

tag('policy-structure', 'violation', 'a document that is missing after its year is an open finding', { body: 'annaka', fresh: true }, async (t) => {
  check((await t.state('AN-3-T3')) !== 'overdue', 'overdue from the first day');
  t.day('2027-04-02');
  t.tokens.clear(); // a key ends before a year is over
  await t.until('it is overdue', async () => (await t.state('AN-3-T3')) === 'overdue', 40);
  await t.entry({ kind: 'duty.overdue', clause: 'AN-3-T3' }, ['AN-3-T3']);
  const reason = t.cli('proof', '--clause', 'AN-3-T3').stdout;
  check(reason.includes('全庁共通の実施手順'), reason);
  t.shows('document-missing');
});

// ---- policy-revision -----------------------------------------------------------------------

async function draft(t, h, effective, title = '値の見直し') {
  return h.send('/drafts', '/drafts', { title, basis: '監査の結果による', effective });
}

tag('policy-revision', 'way', 'an audit or a change shows the need, a draft is written, checked, adopted, in force on its day', { fresh: true }, async (t) => {
  const deputy = await hand(t, 'hayashi'), ciso = await hand(t, 'kuroda'), mayor = await hand(t, 'inoue');
  const revision = await deputy.open('revision', '令和8年度の見直し', { likelihood: 'yes', loss: 'yes' });
  const applied = await mayor.apply('instruct_revision', { object: revision.split('/').pop() }, '監査の結果により改定を要する');
  check(applied.status === 303, `the mayor cannot instruct: ${applied.status} ${applied.said.slice(0, 600)}`);
  await t.entry({ clause: 'HN-2.9(4)' }, ['HN-2.9(4)']);
  check((await t.state('HN-2.9(4)')) === 'met', 'the instruction proves nothing');
  const made = await draft(t, deputy, '2026-05-01');
  check(made.status === 303, `no draft: ${made.said.slice(0, 500)}`);
  const value = `${made.location}/value`;
  const written = await deputy.send(`${value}?name=backup_interval`, value, { name: 'backup_interval', 'f.value': '3', 'f.value.unit': 'days' });
  check(written.status === 303, `not written: ${written.status} ${written.said.slice(0, 700)}`);
  const adopted = await ciso.send(made.location, `${made.location}/adopt`, {});
  check(adopted.status === 303, `not adopted: ${adopted.status} ${adopted.said.slice(0, 700)}`);
  await t.entry({ kind: 'draft.adopted' }, ['LOCAL-HN-5']);
  t.day('2026-05-01', '09:30');
  t.tokens.clear();
  const values = await (await hand(t, 'ueda')).terminal.get('/values');
  check(/バックアップの間隔[\s\S]{0,400}3日/.test(values.text.replace(/<[^>]+>/g, '')), 'the value is not in force on its day');
});

tag('policy-revision', 'violation', 'a day before the adoption, none, or no day at all is not taken', async (t) => {
  const deputy = await hand(t, 'hayashi');
  for (const [day, words] of [['', '施行日'], ['令和　年　月　日', '施行日'], ['2020-01-01', '採択より前']]) {
    const made = await draft(t, deputy, day);
    check(made.status === 400, `「${day}」: ${made.status}`);
    told(made, words);
  }
  refuses(edited('hannan-2022-07', '1-basic.pol', (s) => s.replace('adopted 2022-07-01 effective 2022-07-01', 'adopted 2022-07-01 effective 2022-06-01')), 26, '施行');
  t.shows('no-day', 'day-backwards');
});

tag('policy-revision', 'violation', 'an edition that its own history does not tell of is refused', async (t) => {
  refuses(edited('hannan-2022-07', '1-basic.pol', (s) => s.replace('edition adopted 2022-07-01', 'edition adopted 2021-07-01')), 26, '改正の経過に、2022-07-01');
  refuses(edited('fukushima-2023-06', '01-declaration.pol', (s) => s.replace(/^clause FS-S-6 .*$/m, '')), 26, '改正の経過に、2023-06-05');
  t.shows('history-missing');
});

tag('policy-revision', 'violation', 'what was adopted is not edited any more', async (t) => {
  const deputy = await hand(t, 'hayashi'), ciso = await hand(t, 'kuroda');
  const made = await draft(t, deputy, '2026-06-01', '採択したもの');
  const value = `${made.location}/value`;
  await deputy.send(`${value}?name=backup_interval`, value, { name: 'backup_interval', 'f.value': '5', 'f.value.unit': 'days' });
  check((await deputy.terminal.get(made.location)).text.includes('adopt') === false, 'who drafts may adopt');
  const adopted = await ciso.send(made.location, `${made.location}/adopt`, {});
  check(adopted.status === 303, `not adopted: ${adopted.said.slice(0, 500)}`);
  const again = await deputy.terminal.get(`${value}?name=backup_interval`);
  check(again.status >= 400 && again.text.includes('書き換えられません'), `edited: ${again.status}`);
  t.shows('adopted-fixed');
});

// ---- comparison-table ------------------------------------------------------------------------

tag('comparison-table', 'way', 'new and old side by side, what is the same in ranges, moves and numbers told, as a list for machines', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const page = await staff.terminal.get('/compare?old=e:2021-04-01&new=e:2023-06-05');
  check(page.status === 200 && page.text.includes('（略）') && page.text.includes('新設'), `${page.status}`);
  const list = JSON.parse(sekisho('policy', 'compare', 'fukushima-2021-04', 'fukushima-2023-06', '--format', 'json').stdout);
  check(list.counts.renumbered > 20 && list.counts.moved > 0 && list.counts.added > 20, brief(list.counts));
  const one = list.changes.find((c) => c.change.includes('reworded'));
  check(one.words.old.some((w) => w.changed) && one.words.new.some((w) => w.changed), brief(one));
  check(list.changes.every((c) => c.old || c.new), 'a change of nothing');
  const asked = await t.post('aoki', '/decisions', { act: 'send', facts: { to_outside: 'yes', 'object.confidentiality': '2', prescribed: 'no' } });
  check(asked.verdict === 'refuse' && brief(asked).includes('FS-7.4(2)-h'), `the edition in force does not decide: ${brief(asked)}`);
  const seq = await t.last();
  check(Number.isInteger(seq) && (await t.state('FS-REV-01')) === 'na', 'a row of the printed table asks for something');
});

tag('comparison-table', 'violation', 'the same edition twice is an empty table that says so', { body: 'fukushima' }, async (t) => {
  const page = await (await hand(t, 'aoki')).terminal.get('/compare?old=e:2023-06-05&new=e:2023-06-05');
  check(page.status === 200 && page.text.includes('同じ'), 'no notice');
  const list = JSON.parse(sekisho('policy', 'compare', 'fukushima-2023-06', 'fukushima-2023-06', '--format', 'json').stdout);
  check(list.changes.length === 0, brief(list.counts));
  t.shows('same-twice');
});

tag('comparison-table', 'violation', 'clauses without a name are matched by number and words, and that is said', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-texts-'));
  const [old, fresh] = ['old.txt', 'new.txt'].map((name) => path.join(folder, name));
  fs.writeFileSync(old, '第1条 市は、端末を台帳に記す。\n第2条 課長は、台帳を毎年見直す。\n');
  fs.writeFileSync(fresh, '第1条 市は、端末を台帳に記す。\n第2条 課長は、台帳を半年ごとに見直す。\n');
  const said = sekisho('policy', 'compare', old, fresh);
  check(said.status === 0 && said.stdout.includes('文の改正 1'), said.stdout + said.stderr);
  check(said.stderr.includes('番号と文の近さで'), `no warning: ${said.stderr}`);
  const known = sekisho('policy', 'compare', 'hannan-2022-07', 'hannan-2022-07');
  check(!known.stderr.includes('番号と文の近さで'), known.stderr);
  fs.rmSync(folder, { recursive: true, force: true });
  t.shows('no-stable-name');
});

tag('comparison-table', 'violation', 'marks that a table left in the text, and a day left open, stop the adoption', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-texts-'));
  const [old, fresh] = ['old.txt', 'new.txt'].map((name) => path.join(folder, name));
  fs.writeFileSync(old, '第1条 市は、端末を台帳に記す。\n');
  for (const [text, words] of [['第1条 市は、端末を台\u0336帳\u0336名簿に記す。\n', '改正の印の残り'],
    ['第1条 市は、端末を名簿に記す。\n附則\nこの要綱は、令和　年　月　日から施行する。\n', '日付の空欄'],
    ['第1条 市は、端末を名簿に記す。\n第2条 甲。\n第2条 乙。\n', '番号の重複']]) {
    fs.writeFileSync(fresh, text);
    const said = sekisho('policy', 'compare', old, fresh);
    check(said.status !== 0 && said.stdout.includes(words), `${words}: ${said.status} ${said.stdout}`);
  }
  fs.rmSync(folder, { recursive: true, force: true });
  t.shows('marks-left');
});
