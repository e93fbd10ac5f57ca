// Package settings keeps what a person has chosen, in one versioned JSON file
// that is replaced atomically. It holds no key of any server: those are in the
// keyring.
package settings

import (
	"math"
	"slices"

	"quicksync.me/desktop/service/transfer/flow"
)

// Version is the version of the file that this program writes.
const Version = 1

const (
	// MinLinkHours and MaxLinkHours bound how long a link of a node works, in hours.
	MinLinkHours = 1
	// MaxLinkHours is 30 days.
	MaxLinkHours = 720
	// DefaultLinkHours is 7 days.
	DefaultLinkHours = 168
	// MaxWindow is the largest width or height, in Fyne's units, that is kept.
	MaxWindow = 16384
)

const (
	// AudienceUnasked means that the person was not asked yet who shall be able to
	// open the links.
	AudienceUnasked = ""
	// AudienceWiFi means people in the same network.
	AudienceWiFi = "wifi"
	// AudienceServer means people anywhere, through a server.
	AudienceServer = "server"
	// AudienceMe means nobody else.
	AudienceMe = "me"
)

const (
	// ThemeSystem means the light or dark of the system.
	ThemeSystem = ""
	// ThemeLight is the light look, whatever the system's is.
	ThemeLight = "light"
	// ThemeDark is the dark look.
	ThemeDark = "dark"
	// MaxWorkers is the largest number of parts at once that can be chosen.
	MaxWorkers = flow.Widest
	// maxLanguage bounds a BCP 47 tag, in bytes.
	maxLanguage = 35
)

// Settings are all that a person has chosen. Values out of bounds never leave
// this package: they are clamped when they are read and when they are updated.
type Settings struct {
	// Version is the version of the file, which is larger than this package's
	// Version when a later program has written it. Update does not change it.
	Version int `json:"version"`
	// Audience is one of the Audience constants.
	Audience string `json:"audience"`
	// Current is the ID of the connection in use; empty when none was chosen.
	Current string `json:"current"`
	// Connections are the storages that were added, in the order of the person.
	Connections []Connection `json:"connections"`
	// DownloadFolder is where downloads go; empty for the system's own.
	DownloadFolder string `json:"downloadFolder"`
	// LinkHours is how long a link of a node works: 1 to 720 hours, by default 168.
	LinkHours int `json:"linkHours"`
	// CopyWhenDone says that the link of a finished upload is copied. By default
	// it is.
	CopyWhenDone bool `json:"copyWhenDone"`
	// FoldersAsFiles says that the files of a folder are sent one by one. By
	// default a folder is sent as one archive.
	FoldersAsFiles bool `json:"foldersAsFiles"`
	// TrayHintShown says that the person knows that the program lives on in the
	// tray.
	TrayHintShown bool `json:"trayHintShown"`
	// Limits bound what transfers send and receive. By default nothing is bounded.
	Limits Limits `json:"limits"`
	// Theme is one of the Theme constants.
	Theme string `json:"theme"`
	// Language is a BCP 47 tag such as "de"; empty for the system's.
	Language string `json:"language"`
	// Workers is how many parts are on their way to a server at once: 1 to
	// MaxWorkers, or 0, the default, for a number that follows the line.
	Workers int `json:"workers"`
	// Notify allows notifications. By default they are allowed.
	Notify bool `json:"notify"`
	// Window is the size of the window when it was last closed.
	Window Window `json:"window"`
}

// Connection is one storage. Its key is in the keyring, under its ID.
type Connection struct {
	// ID names the connection for ever.
	ID string `json:"id"`
	// Name is what the person calls it.
	Name string `json:"name"`
	// Server is the base URL of the API.
	Server string `json:"server"`
	// SessionID is what names are sealed with.
	SessionID string `json:"sessionId"`
	// HideNames says that names are sealed before they are sent.
	HideNames bool `json:"hideNames"`
}

// Window is a size in Fyne's units, each from 0 (not known) to MaxWindow.
type Window struct {
	Width  float32 `json:"width"`
	Height float32 `json:"height"`
}

func defaults() Settings {
	return Settings{Version: Version, LinkHours: DefaultLinkHours, CopyWhenDone: true, Notify: true}
}

// Reset returns the settings as a new installation has them, with what is no
// preference kept: the storages, the answers that were given, the window.
func (s Settings) Reset() Settings {
	fresh := defaults()
	fresh.Version, fresh.Audience, fresh.Current = s.Version, s.Audience, s.Current
	fresh.Connections, fresh.TrayHintShown, fresh.Window = s.Connections, s.TrayHintShown, s.Window
	return fresh
}

// clone returns a copy that shares nothing with s.
func (s Settings) clone() Settings {
	s.Connections = slices.Clone(s.Connections)
	return s
}

// Clamped returns s with every value in its bounds.
func (s Settings) Clamped() Settings {
	switch s.Audience {
	case AudienceWiFi, AudienceServer, AudienceMe:
	default:
		s.Audience = AudienceUnasked
	}
	switch s.Theme {
	case ThemeLight, ThemeDark:
	default:
		s.Theme = ThemeSystem
	}
	if len(s.Language) > maxLanguage {
		s.Language = ""
	}
	s.Workers = min(max(s.Workers, 0), MaxWorkers)
	s.LinkHours = min(max(s.LinkHours, MinLinkHours), MaxLinkHours)
	s.Limits = s.Limits.clamped()
	s.Window.Width = clampedLength(s.Window.Width)
	s.Window.Height = clampedLength(s.Window.Height)
	return s
}

func clampedLength(length float32) float32 {
	if math.IsNaN(float64(length)) {
		return 0
	}
	return min(max(length, 0), MaxWindow)
}
