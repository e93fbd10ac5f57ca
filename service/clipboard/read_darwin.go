package clipboard

import (
	"context"
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
	"github.com/ebitengine/purego/objc"
)

// appKit holds NSPasteboard (https://developer.apple.com/documentation/appkit/nspasteboard).
const appKit = "/System/Library/Frameworks/AppKit.framework/AppKit"

// The types of a pasteboard that are read. The first is a list of paths; it is
// an old one that the system still makes of the URIs that were copied.
const (
	typeFiles = "NSFilenamesPboardType"
	typeText  = "public.utf8-plain-text"
	typePNG   = "public.png"
	typeTIFF  = "public.tiff"
)

// bitmapPNG is NSBitmapImageFileTypePNG, utf8 is NSUTF8StringEncoding.
const bitmapPNG, utf8 = 4, 4

// read asks the general pasteboard. What it gives lives as long as the pool.
func read(ctx context.Context) (Content, error) {
	if _, err := purego.Dlopen(appKit, purego.RTLD_GLOBAL|purego.RTLD_LAZY); err != nil {
		return Content{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pool := class("NSAutoreleasePool").Send(sel("alloc")).Send(sel("init"))
	defer pool.Send(sel("drain"))
	board := class("NSPasteboard").Send(sel("generalPasteboard"))
	if board == 0 {
		return Content{}, ErrUnavailable
	}
	if err := ctx.Err(); err != nil {
		return Content{}, err
	}
	return content(board)
}

func class(name string) objc.ID { return objc.ID(objc.GetClass(name)) }

func sel(name string) objc.SEL { return objc.RegisterName(name) }

func content(board objc.ID) (c Content, err error) {
	if list := board.Send(sel("propertyListForType:"), text(typeFiles)); list != 0 {
		if c.Files = paths(list); len(c.Files) > 0 {
			return c, nil
		}
	}
	if said := board.Send(sel("stringForType:"), text(typeText)); said != 0 {
		if objc.Send[uint](said, sel("lengthOfBytesUsingEncoding:"), uint(utf8)) > MaxSize {
			return c, ErrTooLarge
		}
		if c.Text = textOf([]byte(goString(said))); c.Text != "" {
			return c, nil
		}
	}
	if c.PNG, err = picture(board); err == nil && len(c.PNG) == 0 {
		err = ErrEmpty
	}
	return c, err
}

// picture is the PNG that is offered, or one of the TIFF.
func picture(board objc.ID) ([]byte, error) {
	data := board.Send(sel("dataForType:"), text(typePNG))
	if data == 0 {
		tiff := board.Send(sel("dataForType:"), text(typeTIFF))
		if tiff == 0 {
			return nil, nil
		}
		bitmap := class("NSBitmapImageRep").Send(sel("imageRepWithData:"), tiff)
		if bitmap == 0 {
			return nil, nil
		}
		none := class("NSDictionary").Send(sel("dictionary"))
		data = bitmap.Send(sel("representationUsingType:properties:"), uint(bitmapPNG), none)
	}
	return goBytes(data)
}

// goBytes copies an NSData.
func goBytes(data objc.ID) ([]byte, error) {
	if data == 0 {
		return nil, nil
	}
	length := objc.Send[uint](data, sel("length"))
	if length > MaxSize {
		return nil, ErrTooLarge
	}
	if length == 0 {
		return nil, nil
	}
	out := make([]byte, length)
	data.Send(sel("getBytes:length:"), unsafe.Pointer(&out[0]), length)
	return out, nil
}

// text makes an NSString.
func text(s string) objc.ID {
	return class("NSString").Send(sel("stringWithUTF8String:"), s)
}

func goString(s objc.ID) string { return objc.Send[string](s, sel("UTF8String")) }

// paths are the strings of an NSArray.
func paths(list objc.ID) (all []string) {
	count := objc.Send[uint](list, sel("count"))
	for i := range count {
		if s := list.Send(sel("objectAtIndex:"), i); s != 0 {
			all = append(all, goString(s))
		}
	}
	return all
}
