package words

import (
	"testing"
	"time"
)

// TestFormats: sizes, numbers, times and plurals as each language writes them.
func TestFormats(t *testing.T) {
	now := time.Date(2026, time.November, 22, 14, 5, 0, 0, time.Local)
	in2Days, last := now.AddDate(0, 0, 2), now.AddDate(-1, 0, 0)
	type row struct{ size, exact, sent, speed, moment, date, days, left, three, twentyOne string }
	for tag, want := range map[string]row{
		"en":      {"1.2 GB", "1,234,567 bytes", "12.4 of 20 MB", "3.1 MB/s", "Tue 24 Nov, 14:05", "22 Nov 2025", "3 days ago", "7 min left", "3 files", "21 files"},
		"de":      {"1,2 GB", "1.234.567 Byte", "12,4 von 20 MB", "3,1 MB/s", "Di 24. Nov., 14:05", "22. Nov. 2025", "vor 3 Tagen", "noch 7 min", "3 Dateien", "21 Dateien"},
		"es":      {"1,2 GB", "1.234.567 bytes", "12,4 de 20 MB", "3,1 MB/s", "mar 24 nov, 14:05", "22 nov 2025", "hace 3 días", "faltan 7 min", "3 archivos", "21 archivos"},
		"fr":      {"1,2 Go", "1\u00a0234\u00a0567 octets", "12,4 sur 20 Mo", "3,1 Mo/s", "mar. 24 nov., 14:05", "22 nov. 2025", "il y a 3 jours", "encore 7 min", "3 fichiers", "21 fichiers"},
		"pt":      {"1,2 GB", "1.234.567 bytes", "12,4 de 20 MB", "3,1 MB/s", "ter. 24 nov., 14:05", "22 nov. 2025", "há 3 dias", "faltam 7 min", "3 arquivos", "21 arquivos"},
		"ru":      {"1,2 ГБ", "1\u00a0234\u00a0567 байт", "12,4 из 20 МБ", "3,1 МБ/с", "вт 24 нояб., 14:05", "22 нояб. 2025", "3 дня назад", "ещё 7 мин", "3 файла", "21 файл"},
		"zh-Hans": {"1.2 GB", "1,234,567 字节", "12.4 / 20 MB", "3.1 MB/秒", "11月24日 周二 14:05", "2025年11月22日", "3 天前", "还需 7 分钟", "3 个文件", "21 个文件"},
		"ja":      {"1.2 GB", "1,234,567 バイト", "12.4 / 20 MB", "3.1 MB/秒", "11月24日（火）14:05", "2025年11月22日", "3 日前", "残り 7 分", "3 個のファイル", "21 個のファイル"},
	} {
		c, err := New(tag)
		if err != nil {
			t.Fatal(err)
		}
		got := row{
			c.Bytes(1_200_000_000), c.ExactBytes(1_234_567), c.Sent(12_400_000, 20_000_000), c.Speed(3_100_000),
			c.Moment(in2Days, now), c.Date(last, now), c.Ago(now.AddDate(0, 0, -3), now), c.Left(7 * time.Minute),
			c.Count("all.files", 3), c.Count("all.files", 21),
		}
		if got != want {
			t.Errorf("%s writes\n%+v, want\n%+v", tag, got, want)
		}
	}
}
