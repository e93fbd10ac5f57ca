package transfer

// A PartState says how far some parts of an upload are.
type PartState uint8

// The states of parts. Of several parts together PartMoving says that some are
// on their way, or there already, and PartDone that all are there.
const (
	PartMissing PartState = iota
	PartMoving
	PartDone
)

// PartStates draws the parts of an upload, in their order, as at most so many
// cells of about as many parts each; nil where it is not cut into parts yet. It
// costs a look at each part: ask for the upload that is looked at alone.
func (e *Engine) PartStates(id string, most int) []PartState {
	e.mu.Lock()
	defer e.mu.Unlock()
	u, ok := e.uploads[id]
	if !ok || u.dropped || u.plan.Parts == 0 || most < 1 {
		return nil
	}
	cells := make([]PartState, min(u.plan.Parts, most))
	for i := range cells {
		from, to := i*u.plan.Parts/len(cells), (i+1)*u.plan.Parts/len(cells)
		cells[i] = u.partState(from+1, to)
	}
	return cells
}

// partState sums up some parts by their numbers. Callers hold Engine.mu.
func (u *upload) partState(first, last int) PartState {
	if u.state.Stored() { // an upload that was there already has no tags
		return PartDone
	}
	there, moving := 0, false
	for number := first; number <= last; number++ {
		if u.tags[number-1] != "" {
			there++
		}
		_, on := u.moving[number]
		moving = moving || on
	}
	switch {
	case there == last-first+1:
		return PartDone
	case moving || there > 0:
		return PartMoving
	}
	return PartMissing
}

// onWay marks a part as being sent, until it is told to end that.
func (r *run) onWay(number int) (end func()) {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	w := r.upload.way
	if w.moving == nil {
		w.moving = map[int]struct{}{}
	}
	w.moving[number] = struct{}{}
	return func() {
		r.engine.mu.Lock()
		defer r.engine.mu.Unlock()
		delete(w.moving, number)
	}
}
