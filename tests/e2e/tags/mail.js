// The mail server asks before it lets a mail go on, and tells what it sees: sizes,
// relaying, floods, recipients.
'use strict';
const { tag, check, brief } = require('./kit.js');

const MiB = 1024 * 1024;
// the mail server's key is of the section that runs it; the mail is somebody's
const ask = async (t, act, facts, more = {}) => t.post('mori', '/acts', { act, facts, ...more });
const plain = { 'object.contents': '0', 'object.attachments': 'no', 'object.importance': 'C' };
const mailServer = (t) => t.post('mori', '/registers/mail_system/rows', { name: '庁内メールサーバ', cells: { section: 'digital' } });

// ---- mail-quota

tag('mail-quota', 'way', 'a mail exactly at the limit goes in and out', async (t) => {
  const out = await t.changes('HN-2.6.1(12)-3', 'unproven', 'enforced', async () => {
    const sender = await t.person('aoki');
    return ask(t, 'send', { ...plain, 'object.bytes': `${20 * MiB}`, to_outside: 'no', many_outside: 'no', visible_recipients: '1',
      scanned: 'yes' }, { actor: sender, reference: 'mail/4F2A' });
  });
  check(out.verdict === 'pass' && out.clauses.includes('HN-2.6.1(12)-3'), brief(out));
  const entry = await t.entry(out.entry, ['HN-2.6.1(12)-3']);
  check(entry.kind === 'gate.passed' && entry.data.reference === 'mail/4F2A' && entry.data.facts.actor === await t.person('aoki'), brief(entry));
  const into = await ask(t, 'receive_mail', { ...plain, 'object.bytes': `${20 * MiB}`, scanned: 'yes' });
  check(into.verdict === 'pass', brief(into));
});
