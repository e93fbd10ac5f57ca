package transfer

// Fill reads what comes soon.
var Fill = fill

// Left counts what earlier runs have left for a target.
func (e *Engine) Left(targetID string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.leftFor(targetID); l != nil {
		for _, u := range l.order {
			if !u.taken {
				n++
			}
		}
	}
	return n
}
