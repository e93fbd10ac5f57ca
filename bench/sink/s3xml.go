package sink

import "encoding/xml"

// The bodies of S3's answers and of the one question that has a body, as far
// as the peers look at them.

type listBuckets struct {
	XMLName xml.Name `xml:"ListAllMyBucketsResult"`
	Buckets []string `xml:"Buckets>Bucket>Name"`
}

// location is empty for us-east-1.
type location struct {
	XMLName xml.Name `xml:"LocationConstraint"`
}

type listBucket struct {
	XMLName   xml.Name `xml:"ListBucketResult"`
	Name      string
	Prefix    string
	KeyCount  int
	MaxKeys   int
	Truncated bool `xml:"IsTruncated"`
	Contents  []listed
}

type listed struct {
	Key      string
	Modified string `xml:"LastModified"`
	ETag     string
	Size     int64
}

type initiated struct {
	XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
	Bucket   string
	Key      string
	UploadID string `xml:"UploadId"`
}

type completeUpload struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Parts   []struct {
		Number int `xml:"PartNumber"`
		ETag   string
	} `xml:"Part"`
}

type completed struct {
	XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
	Bucket  string
	Key     string
	ETag    string
}

type refusal struct {
	XMLName  xml.Name `xml:"Error"`
	Code     string
	Message  string
	Resource string
}
