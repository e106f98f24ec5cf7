// Checks a township's log with the reference implementation of Go's checksum database
// (golang.org/x/mod/sumdb/note and tlog), which knows nothing of Liuhen.
//
//	sumdb -url https://127.0.0.1:8443/log -pin BASE64 -key VERIFIER-KEY [-old FILE] [-proofs DIR] [-save DIR]
//	sumdb -dir DIR -key VERIFIER-KEY ...
//
// It verifies the checkpoint's signature, rebuilds the tree from the C2SP tiles, proves every record
// and the consistency with an older checkpoint, and checks receipts (.tlog-proof). Ends with 0 only
// when all of it holds. The one thing of its own is the spelling of tile paths: C2SP has
// tile/<level>/<number>, Go has tile/<height>/<level>/<number>.
package main

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type checkpoint struct {
	origin string
	tree   tlog.Tree
}

// readCheckpoint opens a signed note and reads origin, size and root from it.
func readCheckpoint(text []byte, key string) (checkpoint, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return checkpoint{}, errors.New("checkpoint: another origin, or lines missing")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, errors.New("checkpoint: size")
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, err
	}
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: hash}}, nil
}

// source reads the files of a log: over HTTPS by a pinned key, or from a folder.
type source func(path string) ([]byte, error)

func fromFolder(folder string) source {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, path)) }
}

func fromURL(prefix, pin string) source {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // The key is pinned below; names and dates of the certificate mean nothing here.
		VerifyPeerCertificate: func(certificates [][]byte, _ [][]*x509.Certificate) error {
			certificate, err := x509.ParseCertificate(certificates[0])
			if err != nil {
				return err
			}
			sum := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
			if base64.StdEncoding.EncodeToString(sum[:]) != pin {
				return errors.New("the server's key is not the pinned one")
			}
			return nil
		},
	}}}
	return func(path string) ([]byte, error) {
		answer, err := client.Get(prefix + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", path, answer.Status)
		}
		return io.ReadAll(answer.Body)
	}
}

func saving(read source, folder string) source {
	return func(path string) ([]byte, error) {
		data, err := read(path)
		if err != nil {
			return nil, err
		}
		name := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return nil, err
		}
		return data, os.WriteFile(name, data, 0o644)
	}
}

// tiles is a tlog.TileReader over C2SP paths.
type tiles struct {
	read source
	held map[string][]byte
}

func (t *tiles) Height() int                         { return height }
func (t *tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, held := t.held[path]
		if !held {
			var err error
			if data, err = t.read(path); err != nil {
				return nil, err
			}
			if len(data) != tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%s: %d bytes", path, len(data))
			}
			t.held[path] = data
		}
		all[i] = data
	}
	return all, nil
}

func checkRecords(reader tlog.HashReader, tree tlog.Tree) error {
	for index := int64(0); index < tree.N; index++ {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hashes[0]); err != nil {
			return err
		}
	}
	return nil
}

func checkOlder(reader tlog.HashReader, tree tlog.Tree, old checkpoint) error {
	if old.tree.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(tree.N, old.tree.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.tree.N, old.tree.Hash)
}

// checkReceipt checks one .tlog-proof by its own checkpoint, and that checkpoint by the log.
func checkReceipt(name, key string, reader tlog.HashReader, tree tlog.Tree) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	head, rest, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	signed, err := readCheckpoint([]byte(rest), key)
	if err != nil {
		return err
	}
	if err := checkOlder(reader, tree, signed); err != nil {
		return err
	}
	entry := strings.Replace(strings.Replace(name, "/receipts/", "/entries/", 1), ".tlog-proof", ".entry", 1)
	item, err := os.ReadFile(entry)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, signed.tree.N, signed.tree.Hash, index, tlog.RecordHash(item))
}

func run() error {
	url := flag.String("url", "", "prefix of the log")
	pin := flag.String("pin", "", "base64 SHA-256 of the server's public key")
	folder := flag.String("dir", "", "folder with checkpoint and tiles, instead of -url")
	key := flag.String("key", "", "verifier key of the log")
	old := flag.String("old", "", "file with an older checkpoint")
	proofs := flag.String("proofs", "", "folder with .tlog-proof files of a bundle")
	save := flag.String("save", "", "folder to keep what was read")
	flag.Parse()

	read := fromFolder(*folder)
	if *url != "" {
		read = fromURL(*url, *pin)
	}
	if *save != "" {
		read = saving(read, *save)
	}
	text, err := read("checkpoint")
	if err != nil {
		return err
	}
	now, err := readCheckpoint(text, *key)
	if err != nil {
		return err
	}
	tile := &tiles{read: read, held: map[string][]byte{}}
	reader := tlog.TileHashReader(now.tree, tile)
	root, err := tlog.TreeHash(now.tree.N, reader)
	if err != nil {
		return err
	}
	if root != now.tree.Hash {
		return errors.New("the tiles do not give the root of the checkpoint")
	}
	if err := checkRecords(reader, now.tree); err != nil {
		return err
	}
	if *old != "" {
		text, err := os.ReadFile(*old)
		if err != nil {
			return err
		}
		before, err := readCheckpoint(text, *key)
		if err != nil {
			return err
		}
		if err := checkOlder(reader, now.tree, before); err != nil {
			return err
		}
	}
	names, _ := filepath.Glob(filepath.Join(*proofs, "*.tlog-proof"))
	for _, name := range names {
		if err := checkReceipt(name, *key, reader, now.tree); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	fmt.Printf("good: %s, %d entries, %d tiles, %d receipts\n", now.origin, now.tree.N, len(tile.held), len(names))
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Println("NOT GOOD:", err)
		os.Exit(1)
	}
}
