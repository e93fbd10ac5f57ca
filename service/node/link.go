package node

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"strconv"
	"time"
)

// downloadPath begins the path of every download link; the file's key follows.
const downloadPath = "/d/"

// The query parameters of a download link.
const (
	paramExpires   = "exp"
	paramName      = "filename"
	paramSignature = "sig"
)

var (
	errLinkForged = errors.New("node: the link is not one of ours")
	errLinkEnded  = errors.New("node: the link has ended")
)

// signer makes and checks download links with its key.
type signer []byte

// sign returns the path and query of a link to a file under a name, good until
// an instant, of which whole seconds count.
func (s signer) sign(key, name string, expires time.Time) string {
	seconds := expires.Unix()
	query := paramExpires + "=" + strconv.FormatInt(seconds, 10)
	if name != "" {
		query += "&" + paramName + "=" + url.QueryEscape(name)
	}
	sum := base64.RawURLEncoding.EncodeToString(s.mac(key, name, seconds))
	return downloadPath + url.PathEscape(key) + "?" + query + "&" + paramSignature + "=" + sum
}

// check returns the name in a link's query when the link is ours, and an error
// when it is not or has ended. Parameters it does not know are let be: programs
// that pass links on append their own.
func (s signer) check(key, rawQuery string, now time.Time) (name string, err error) {
	query, err := url.ParseQuery(rawQuery)
	if err != nil || !once(query, paramExpires) || !once(query, paramSignature) ||
		query.Has(paramName) && !once(query, paramName) {
		return "", errLinkForged
	}
	seconds, err := strconv.ParseInt(query.Get(paramExpires), 10, 64)
	if err != nil {
		return "", errLinkForged
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(query.Get(paramSignature))
	name = query.Get(paramName)
	if err != nil || !hmac.Equal(sum, s.mac(key, name, seconds)) {
		return "", errLinkForged
	}
	if now.Unix() >= seconds {
		return "", errLinkEnded
	}
	return name, nil
}

// mac frames key and name with their lengths, so that no byte can move from the
// one to the other.
func (s signer) mac(key, name string, seconds int64) []byte {
	mac := hmac.New(sha256.New, s)
	framed := []byte("quicksync node link 1\n")
	for _, text := range []string{key, name} {
		framed = binary.BigEndian.AppendUint64(framed, uint64(len(text)))
		framed = append(framed, text...)
	}
	mac.Write(binary.BigEndian.AppendUint64(framed, uint64(seconds)))
	return mac.Sum(nil)
}

func once(query url.Values, name string) bool { return len(query[name]) == 1 }
