// Verifies an exported ledger with golang.org/x/mod: the checkpoint's signature
// by sumdb/note, every tile and every entry by sumdb/tlog.
//
//	verify-go LOG-FOLDER VERIFIER-KEY
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // a tile of tlog-tiles is 256 hashes wide

// folder reads tiles where tlog-tiles puts them; tlog checks what they hold.
type folder string

func (f folder) Height() int                            { return height }
func (f folder) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		name := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), name))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// openCheckpoint returns the tree that the key's owner signed.
func openCheckpoint(dir, key string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tree, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tree, err
	}
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("the checkpoint is of another log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || copy(tree.Hash[:], root) != tlog.HashSize {
		return tree, fmt.Errorf("the checkpoint's root is no hash")
	}
	return tree, nil
}

// entriesOf reads the bundle of entries that begins with number from.
func entriesOf(dir string, from, size int64) ([][]byte, error) {
	width := size - from
	if width > 1<<height {
		width = 1 << height
	}
	t := tlog.Tile{H: height, L: 0, N: from >> height, W: int(width)}
	name := strings.Replace(t.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		n := int(data[0])<<8 | int(data[1])
		if n > len(data)-2 {
			return nil, fmt.Errorf("%s: an entry is cut off", name)
		}
		entries = append(entries, data[2:2+n])
		data = data[2+n:]
	}
	if len(data) != 0 || int64(len(entries)) != width {
		return nil, fmt.Errorf("%s: %d entries instead of %d", name, len(entries), width)
	}
	return entries, nil
}

// checkEntry compares an entry with the tile's hash and proves it in the tree.
func checkEntry(tree tlog.Tree, r tlog.HashReader, n int64, entry []byte) error {
	hashes, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return fmt.Errorf("entry %d: %v", n, err)
	}
	leaf := tlog.RecordHash(entry)
	if hashes[0] != leaf {
		return fmt.Errorf("entry %d is not the one that was recorded", n)
	}
	proof, err := tlog.ProveRecord(tree.N, n, r)
	if err != nil {
		return fmt.Errorf("entry %d: %v", n, err)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf)
}

// checkGrowth proves that every smaller tree is a beginning of this one.
func checkGrowth(tree tlog.Tree, r tlog.HashReader) error {
	for n := int64(1); n <= tree.N; n++ {
		old, err := tlog.TreeHash(n, r)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, n, r)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, n, old); err != nil {
			return fmt.Errorf("tree of %d: %v", n, err)
		}
	}
	return nil
}

func verify(dir, key string) (int64, error) {
	tree, err := openCheckpoint(dir, key)
	if err != nil {
		return 0, err
	}
	r := tlog.TileHashReader(tree, folder(dir))
	for from := int64(0); from < tree.N; from += 1 << height {
		entries, err := entriesOf(dir, from, tree.N)
		if err != nil {
			return 0, err
		}
		for i, entry := range entries {
			if err := checkEntry(tree, r, from+int64(i), entry); err != nil {
				return 0, err
			}
		}
	}
	return tree.N, checkGrowth(tree, r)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-go LOG-FOLDER VERIFIER-KEY")
		os.Exit(2)
	}
	n, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Printf("verified: %d entries\n", n)
}
