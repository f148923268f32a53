// Runs the tests of the capabilities and prints the table tag -> tests.
//   node tests/e2e/tags/run.js BUILD [FILE-OR-TAG]
'use strict';
const fs = require('fs');
const path = require('path');
process.env.TAGS_BUILD = path.resolve(process.argv[2] || 'build');
const { run } = require('./kit.js');

const table = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));
// tags.tsv: tag <TAB> what a city has by it
const tags = table('tags.tsv').map(([name, says]) => ({ name, says }));
// sentences.tsv: tag <TAB> word <TAB> what that breach gets
const sentences = table('sentences.tsv').map(([tag, word, says]) => ({ tag, key: `${tag} ${word}`, says }));
const wish = process.argv[3] || '';
const all = fs.readdirSync(__dirname).filter((f) => f.endsWith('.js') && !['kit.js', 'run.js'].includes(f)).sort();
const file = all.find((f) => f === wish || f === `${wish}.js`);
const only = tags.some((t) => t.name === wish) ? wish : '';

(async () => {
  const results = await run((file && !only ? [file] : all).map((f) => path.join(__dirname, f)), only);
  let failed = results.filter((r) => r.wrong).length;
  const passed = results.length - failed;
  for (const t of tags) {
    const mine = results.filter((r) => r.tag === t.name);
    const [ways, violations] = ['way', 'violation'].map((kind) => mine.filter((r) => r.kind === kind && !r.wrong));
    const names = mine.map((r) => `${r.wrong ? '✗' : ''}${r.says} (${r.body}, ${r.ms} ms)`);
    console.log(`${t.name} | way: ${ways.length} | violation: ${violations.length} | ${names.join('; ')}`);
    for (const s of sentences.filter((one) => one.tag === t.name)) {
      const by = results.filter((r) => (r.shown || []).includes(s.key));
      if (by.length) console.log(`  ${s.says} <- ${by.map((r) => `${r.file}: ${r.says}`).join('; ')}`);
      if (wish || by.length) continue;
      failed++;
      console.log(`FAIL ${t.name}: no step shows that ${s.says}`);
    }
    if (!wish && (!ways.length || !violations.length)) {
      failed++;
      console.log(`FAIL ${t.name}: the table has an empty cell`);
    }
  }
  for (const r of results)
    if (r.tag && (!tags.some((t) => t.name === r.tag) || !['way', 'violation'].includes(r.kind))) {
      failed++;
      console.log(`FAIL ${r.file}: no tag ${r.tag} ${r.kind}`);
    }
  for (const key of new Set(results.flatMap((r) => r.shown || [])))
    if (!sentences.some((s) => s.key === key)) {
      failed++;
      console.log(`FAIL ${key}: sentences.tsv has no such sentence`);
    }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})();
