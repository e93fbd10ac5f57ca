//go:build e2e && linux

package e2e

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestLanguages starts the program in the languages of four systems, and takes
// pictures of what a person sees: a file with a name in three scripts, its link,
// and the pages. The letters come from the program's own font where this
// machine has none; that all of them are there is tested where the font is.
func TestLanguages(t *testing.T) {
	for _, test := range []struct{ locale, name, copied string }{
		{"de_DE.UTF-8", "Übersicht – отчёт.txt", "Link kopiert"},
		{"ru_RU.UTF-8", "отчёт за год.txt", "Скопирована 1 ссылка"},
		{"ja_JP.UTF-8", "日本語のファイル 한국어.txt", "1 個のリンクをコピーしました"},
		{"zh_CN.UTF-8", "中文文件 😀.txt", "已复制 1 个链接"},
	} {
		language, _, _ := strings.Cut(test.locale, "_")
		t.Run(language, func(t *testing.T) {
			s := newStage(t, stageConfig{network: true})
			program, window := s.speak(test.locale)
			s.photograph(window, "language-"+language+"-empty.png")
			file := s.random(test.name, 320_000)
			s.must(s.desk.Drop(within(t), window, file))
			s.see(window, "the question", func(p image.Image) bool { return s.answers(p) != nil })
			s.photograph(window, "language-"+language+"-strip.png")
			s.answer(window, wifi)
			link := s.copied("")
			s.stored([]string{test.name})
			s.opens(s.machine(), link, file)
			s.until("the notification "+test.copied, func() bool {
				return slices.ContainsFunc(s.notes.All(), func(n harness.Notification) bool { return strings.HasPrefix(n.Text, test.copied) })
			})
			s.choose(window)
			s.bothWays(window, "language-"+language)
			small, err := s.desk.Place(window, image.Rect(0, 0, 640, 480))
			s.must(err)
			s.see(small, "the small window", func(p image.Image) bool { return len(s.paneButtons(p)) == 0 && s.drawn(p) })
			s.bothWays(small, "language-"+language+"-small")
			s.must(program.Terminate())
			font, err := os.Stat(filepath.Join(s.data, "data", "fonts", "fallback.ttf"))
			s.must(err)
			if font.Mode().Perm() != 0o600 {
				t.Errorf("the font is %v", font.Mode())
			}
		})
	}
}

// speak starts the program on a system of another language.
func (s *stage) speak(locale string) (*harness.Program, harness.Window) {
	s.Helper()
	program, err := s.desk.Run(harness.ProgramConfig{
		Path: s.built("quicksync"), Env: append(s.env(), "LANG="+locale), Machine: s.machine(),
	})
	s.must(err)
	s.Cleanup(func() {
		s.note(program.Check())
		if s.Failed() {
			s.Logf("the program's error output:\n%s", program.Log())
			s.keepScreen("failed-" + strings.ReplaceAll(s.Name(), "/", "-") + ".png")
		}
	})
	return program, s.window(program)
}
