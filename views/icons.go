package views

import (
	"bytes"
	"embed"
	"fmt"
	"image/color"
	"path"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

//go:embed assets/icons/*.svg assets/art/*.svg assets/icon.png assets/tray.svg
var assets embed.FS

// glyph names one of our drawings, by its file without the ending.
type glyph string

// The drawings, all on a field of 24 with a stroke of 1.6.
const (
	glyphNone     glyph = ""
	glyphFile     glyph = "icons/file"
	glyphPicture  glyph = "icons/picture"
	glyphFilm     glyph = "icons/film"
	glyphSound    glyph = "icons/sound"
	glyphDocument glyph = "icons/document"
	glyphSheet    glyph = "icons/sheet"
	glyphArchive  glyph = "icons/archive"
	glyphCode     glyph = "icons/code"
	glyphFolder   glyph = "icons/folder"
	glyphFiles    glyph = "icons/files"
	glyphSearch   glyph = "icons/search"
	glyphPlus     glyph = "icons/plus"
	glyphSettings glyph = "icons/settings"
	glyphDown     glyph = "icons/down"
	glyphRight    glyph = "icons/right"
	glyphBack     glyph = "icons/back"
	glyphCopy     glyph = "icons/copy"
	glyphLink     glyph = "icons/link"
	glyphCheck    glyph = "icons/check"
	glyphAlert    glyph = "icons/alert"
	glyphPause    glyph = "icons/pause"
	glyphPlay     glyph = "icons/play"
	glyphCross    glyph = "icons/cross"
	glyphBin      glyph = "icons/bin"
	glyphAgain    glyph = "icons/again"
	glyphSave     glyph = "icons/save"
	glyphWiFi     glyph = "icons/wifi"
	glyphGlobe    glyph = "icons/globe"
	glyphPerson   glyph = "icons/person"
	glyphKey      glyph = "icons/key"
	glyphDot      glyph = "icons/dot"
	glyphBoxOn    glyph = "icons/boxon"
	glyphBoxOff   glyph = "icons/boxoff"
	glyphQR       glyph = "icons/qr"
)

// The drawings of the empty states, on a field of 160 by 112.
const (
	artDrop    glyph = "art/drop"
	artNothing glyph = "art/nothing"
	artProblem glyph = "art/problem"
)

// drawing returns a glyph in the colours of the theme: currentColor becomes
// tint, and var(--name) the colour of that name. The colours are part of the
// resource's name, which Fyne keeps its pictures under.
func drawing(g glyph, tint fyne.ThemeColorName) fyne.Resource {
	content, err := assets.ReadFile("assets/" + string(g) + ".svg")
	if err != nil {
		panic("views: no drawing named " + string(g))
	}
	name := path.Base(string(g))
	for _, replaced := range []struct {
		old string
		by  fyne.ThemeColorName
	}{{"currentColor", tint}, {"var(--edge)", colorDash}, {"var(--raised)", colorRaised}, {"var(--accent)", colorAccent}} {
		hex := hexOf(theme.Color(replaced.by))
		content = bytes.ReplaceAll(content, []byte(replaced.old), []byte(hex))
		name += hex
	}
	return fyne.NewStaticResource(name+".svg", content)
}

func hexOf(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func newImage() *canvas.Image {
	image := &canvas.Image{FillMode: canvas.ImageFillContain}
	return image
}

// setImage shows a glyph, and draws anew only when it is another one.
func setImage(image *canvas.Image, g glyph, tint fyne.ThemeColorName) {
	if g == glyphNone {
		image.Hide()
		return
	}
	image.Show()
	resource := drawing(g, tint)
	if image.Resource != nil && image.Resource.Name() == resource.Name() {
		return
	}
	image.Resource = resource
	image.Refresh()
}

// AppIcon returns the icon of the program, as pixels: a drawing takes ten times as
// long to show.
func AppIcon() fyne.Resource { return fixed("icon.png") }

// TrayIcon returns the icon for the notification area, in one colour that the
// desktop may change to suit its panel.
func TrayIcon() fyne.Resource { return theme.NewThemedResource(fixed("tray.svg")) }

func fixed(name string) fyne.Resource {
	content, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic("views: no drawing named " + name)
	}
	return fyne.NewStaticResource(name, content)
}

// kind is how a file looks in the list, by the ending of its name. What a file
// holds is never looked at for this.
type kind struct {
	glyph glyph
	tint  fyne.ThemeColorName
}

var kinds = endings(map[kind]string{
	{glyphPicture, colorPicture}:   "jpg jpeg png gif webp svg heic avif bmp tif tiff raw cr2 nef psd ico",
	{glyphFilm, colorFilm}:         "mp4 mov mkv avi webm m4v mpg mpeg wmv ogv",
	{glyphSound, colorSound}:       "mp3 wav flac ogg m4a aac opus wma aif aiff mid",
	{glyphDocument, colorDocument}: "pdf doc docx odt rtf txt md pages tex epub ppt pptx odp key",
	{glyphSheet, colorDocument}:    "xls xlsx ods csv tsv numbers",
	{glyphArchive, colorArchive}:   "zip tar gz tgz bz2 xz zst 7z rar iso dmg deb rpm apk jar",
	{glyphCode, colorCode}:         "go js ts py rs c h cpp java rb php sh html css json xml yaml yml toml sql",
})

func endings(of map[kind]string) map[string]kind {
	byEnding := map[string]kind{}
	for k, list := range of {
		for ending := range strings.FieldsSeq(list) {
			byEnding[ending] = k
		}
	}
	return byEnding
}

// kindOf tells how a file of this name looks.
func kindOf(name string) kind {
	name = name[max(0, len(name)-longestName):] // of a stranger's that has megabytes
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	if k, ok := kinds[ending]; ok {
		return k
	}
	return kind{glyphFile, colorQuiet}
}
