package views

// ConnectionForm is what a person fills in to reach a QuickSync server.
type ConnectionForm struct {
	// PlaceID is the storage that the key is for; empty for a new storage.
	PlaceID string
	// Key is pasted: a token, or an invitation that holds address and token.
	Key string
	// Server is the base address; empty for the hosted service.
	Server string
	// SessionID is asked for only where the server does not tell it.
	SessionID string
	// HideNames seals file names with the session ID.
	HideNames bool
}

// A Step is one line of a connection's test.
type Step struct {
	// Name in the person's language, such as "Send a file".
	Name string
	// Running, or finished with Problem empty or saying what did not work.
	Running bool
	Problem string
}

// Actions is what a person can ask for. Every func is called on the UI
// goroutine and returns at once; answers come back through Data.
type Actions struct {
	// Add takes files and folders by their paths on this computer.
	Add func(paths []string)
	// QuickShare adds files whose link is copied when it is there.
	QuickShare func(paths []string)
	// Paste adds what is on the clipboard: files, a text or a picture.
	// ShareClipboard does so as QuickShare.
	Paste, ShareClipboard func()
	// Copied reads the text on the clipboard; done gets it, empty where there is
	// none, or where its owner does not answer.
	Copied func(done func(text string))
	// Answer answers an Offer by its ID, with the place of the answer in it.
	Answer func(offer string, answer int)
	// SendEach sends the files of archives one by one instead.
	SendEach func(ids []string)

	Search func(text string)
	Filter func(Filter)
	Sort   func(by Column, descending bool)
	Select func(ids []string)
	Reload func()

	CopyLink func(id string)
	// CopyLinks copies the links of several files together, a line each.
	CopyLinks func(ids []string)
	NewLink   func(id string)
	// MakeLink makes a link where there is none that works, and does not copy it.
	MakeLink func(id string)
	// Sum computes the SHA-256 of the original of a file; StopSum ends that.
	Sum     func(id string)
	StopSum func()

	Open func(id string)
	Save func(ids []string, folder string)
	// StopSaving ends each Save that fetches one of these files, and every Save
	// where there are none. What was saved by then stays.
	StopSaving                           func(ids []string)
	Delete, Pause, Resume, Cancel, Retry func(ids []string)
	PauseAll, ResumeAll                  func()
	// RetryFailed tries all uploads again that have failed in the storage that is
	// shown, whatever the search keeps of them, and nothing else.
	RetryFailed func()

	// Originals looks whether the originals of all these files are on this computer.
	// done is called on the UI goroutine, later on or at once.
	Originals func(ids []string, done func(all bool))

	SetAudience func(Audience)
	Choose      func(placeID string)
	// Test reports each step as it ends and calls done once; all on the UI
	// goroutine. Cancelling is by calling the func that it returns.
	Test func(form ConnectionForm, step func(Step), done func(ok bool, report string)) (cancel func())
	// Connect stores the key and chooses its storage; done gets a sentence
	// when that failed. Cancelling, by calling the func that it returns, leaves all
	// as it was.
	Connect func(form ConnectionForm, done func(problem string)) (cancel func())
	Forget  func(placeID string)
	// HideNames chooses, for what is sent to a storage from now on, whether names are
	// hidden there. done gets a sentence when they cannot be, and nothing changes.
	HideNames func(placeID string, hide bool, done func(problem string))

	// DownloadFolder is where Save to… starts.
	DownloadFolder func() string

	// Visible tells that the window is on the screen now, or not any more.
	Visible func(bool)
	// Prefer changes what the person has chosen in the settings; what holds then
	// comes back through Data. change is called once, and returns at once.
	Prefer func(change func(*Preferences))
	// ResetPreferences has all of them as a new installation has them.
	ResetPreferences func()
	// Diagnostics makes a text for whoever helps; done gets it. It holds no key,
	// no name of a file and no link.
	Diagnostics func(done func(text string))
	// CleanUps looks what can be deleted from this computer's storage. done gets
	// the choices, the smallest first, or a sentence when the look failed.
	CleanUps func(done func(choices []CleanUp, problem string))
	// CleanUp deletes the files that were added so many days ago and earlier, 0
	// for all; done gets a sentence about what became of it.
	CleanUp func(days int, done func(sentence string))
	// Quit is called once the person really wants to leave.
	Quit func()
}
