package api

// This file tells a captive portal, the page on which a hotel or a train wants
// people to sign in, from a server. It asks nobody: all it goes by are the
// answers to calls that are made anyway.
//
// A server that has never answered may simply be none. One that has, in this
// run, does not turn into a page: whatever answers in its place is the network,
// and that passes as soon as the person has signed in.

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
)

// stranger is the kind of an answer that is not the server's own.
func (c *Client) stranger() error {
	if c.known.Load() {
		return ErrPortal
	}
	return ErrNotQuickSync
}

// interposed tells that something in between answers for the server: under a
// certificate for another name, or of nobody we trust, or without TLS at all.
// net/http has no type for the latter.
func interposed(err error) bool {
	var name x509.HostnameError
	var issuer x509.UnknownAuthorityError
	return errors.As(err, &name) || errors.As(err, &issuer) ||
		strings.Contains(err.Error(), "malformed HTTP") ||
		strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

// isStranger tells that something answers, but with the wrong certificate or
// in another language than HTTP.
func isStranger(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate) || interposed(err)
}

// refusalOf judges a refusal. A portal sends elsewhere; and where no certificate
// proves whose words they are, a page that would end an upload for good is not
// believed of a server that is known to answer in JSON. Nor is a node believed to have
// no such file unless it says so by its code: while it starts anew, what stands in front
// of it may answer in a word of its own that there is nothing.
func (c *Client) refusalOf(resp *http.Response, code string, markup bool) error {
	kind := kindOf(resp.StatusCode, code)
	redirect := resp.StatusCode >= 300 && resp.StatusCode < 400
	switch {
	case redirect && (markup || leadsAway(resp)):
		return c.stranger()
	case markup && !isProved(resp) && c.known.Load() && isFinal(resp.StatusCode):
		return ErrPortal
	case resp.StatusCode == http.StatusNotFound && code == "" && c.isNode.Load():
		return ErrServer
	default:
		return kind
	}
}

// isProved tells that a certificate proves whose answer it is. Response.TLS does
// not: net/http fills it for connections of crypto/tls alone, and ours wrap those.
func isProved(resp *http.Response) bool { return resp.Request.URL.Scheme == "https" }

// isFinal tells what a portal's web server may say to a call that it does not
// know, and what would end an upload. What a front of the real server refuses
// in HTML, such as a body that is too large, is not among it.
func isFinal(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return true
	}
	return false
}

// leadsAway tells that a redirect leads to another host.
func leadsAway(resp *http.Response) bool {
	to, err := resp.Location()
	return err == nil && !strings.EqualFold(to.Hostname(), resp.Request.URL.Hostname())
}

func looksLikeMarkup(resp *http.Response, body []byte) bool {
	return isHTML(resp) || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

func isHTML(resp *http.Response) bool {
	return strings.Contains(strings.ToLower(resp.Header.Get("Content-Type")), "html")
}
