// Checks inclusion and consistency proofs with @transmute/rfc9162, and that each
// fails once a bit of it is changed.
//   node verify.js PROOFS.json
'use strict';
const { readFileSync } = require('fs');
const { RFC9162 } = require('@transmute/rfc9162');

const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const powerOfTwo = (n) => Number.isInteger(Math.log2(n));

const flip = (hash) => {
  const changed = Uint8Array.from(hash);
  changed[0] ^= 1;
  return changed;
};

const included = (p, leaf, path) =>
  RFC9162.verifyInclusionProof(bytes(p.root), leaf,
    { log_id: '', tree_size: p.size, leaf_index: p.seq, inclusion_path: path });

// RFC 9162 section 2.1.4.2 step 2, which the package leaves to its caller: an old
// tree of 2^n entries is itself the first hash of the path.
const consistent = (p, root, path) =>
  RFC9162.verifyConsistencyProof(bytes(p.old_root), root,
    { log_id: '', tree_size_1: p.old, tree_size_2: p.size,
      consistency_path: powerOfTwo(p.old) ? [bytes(p.old_root), ...path] : path });

async function main(file) {
  const proofs = JSON.parse(readFileSync(file, 'utf8'));
  let held = 0, wrong = 0;
  for (const p of proofs.inclusion) {
    const path = p.path.map(bytes), leaf = bytes(p.leaf);
    held += await included(p, leaf, path);
    wrong += await included(p, flip(leaf), path);
    if (path.length) wrong += await included(p, leaf, [flip(path[0]), ...path.slice(1)]);
  }
  for (const p of proofs.consistency) {
    const path = p.path.map(bytes), root = bytes(p.root);
    held += await consistent(p, root, path);
    wrong += await consistent(p, flip(root), path);
    wrong += await consistent(p, root, [...path.slice(0, -1), flip(path[path.length - 1])]);
  }
  const all = proofs.inclusion.length + proofs.consistency.length;
  console.log(`${held} of ${all} proofs hold, ${wrong} wrong ones too`);
  return held === all && all > 0 && wrong === 0 ? 0 : 1;
}

main(process.argv[2]).then((status) => process.exit(status),
  (error) => { console.log(String(error)); process.exit(3); });
