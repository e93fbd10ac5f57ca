package session

// HidesNames tells whether names are sealed.
func (c *Connection) HidesNames() bool { return c.cfg.HideNames }
