package sink

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
)

// A Process is a sink in a process of its own, so that its work is not counted
// to a client.
type Process struct {
	// Addresses are what the sink told.
	Addresses

	cmd     *exec.Cmd
	stdin   io.WriteCloser
	orders  *json.Encoder
	answers *json.Decoder
}

// Start runs a command that calls Serve with its standard input and output.
// Close ends it.
func Start(cmd *exec.Cmd) (*Process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, stdin: stdin, orders: json.NewEncoder(stdin), answers: json.NewDecoder(stdout)}
	if err := p.answers.Decode(&p.Addresses); err != nil {
		return nil, errors.Join(errors.New("the sink does not start"), err, p.Close())
	}
	return p, nil
}

// Reset makes the sink forget everything and sets its mode.
func (p *Process) Reset(m Mode) error {
	_, err := p.order(order{Reset: &m})
	return err
}

// Report tells what has arrived since the last Reset.
func (p *Process) Report() (Report, error) { return p.order(order{}) }

func (p *Process) order(o order) (r Report, err error) {
	if err := p.orders.Encode(o); err != nil {
		return r, err
	}
	return r, p.answers.Decode(&r)
}

// Close ends the sink and waits for it.
func (p *Process) Close() error {
	return errors.Join(p.stdin.Close(), p.cmd.Wait())
}
