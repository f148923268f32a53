// Runs the tests of the capabilities and prints the table tag -> tests.
//   node tests/e2e/tags/run.js BUILD [FILE-OR-TAG]
'use strict';
const fs = require('fs');
const path = require('path');
process.env.TAGS_BUILD = path.resolve(process.argv[2] || 'build');
const { run } = require('./kit.js');

// tags.tsv: tag <TAB> what a city has by it
const tags = fs.readFileSync(path.join(__dirname, 'tags.tsv'), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'))
  .map(([name, says]) => ({ name, says }));
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
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})();
