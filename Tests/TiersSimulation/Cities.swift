// Where PoPs are.

import Glibc
import Primitives

/// A city on the globe.
struct City: Sendable {
  let name: String
  private let latitude: Double
  private let longitude: Double

  private init(_ name: String, _ latitude: Double, _ longitude: Double) {
    self.name = name
    self.latitude = latitude * .pi / 180
    self.longitude = longitude * .pi / 180
  }

  /// How long a packet takes from one to the other: light in glass (200 km a millisecond) over a way half as
  /// long again as the great circle, and half a millisecond for what stands in it.
  static func latency(_ one: City, _ other: City) -> Duration {
    let half = sin((one.latitude - other.latitude) / 2)
    let side = sin((one.longitude - other.longitude) / 2)
    let chord = half * half + cos(one.latitude) * cos(other.latitude) * side * side
    let kilometres = 2 * 6_371 * asin(min(1, chord.squareRoot()))
    return .microseconds(500 + Int(kilometres * 1.5 / 200 * 1_000))
  }

  static let all: [City] = [
    City("Amsterdam", 52.4, 4.9), City("Frankfurt", 50.1, 8.7), City("London", 51.5, -0.1),
    City("Paris", 48.9, 2.4), City("Ashburn", 39.0, -77.5), City("New York", 40.7, -74.0),
    City("Chicago", 41.9, -87.6), City("Dallas", 32.8, -96.8), City("San Jose", 37.3, -121.9),
    City("Los Angeles", 34.1, -118.2), City("Seattle", 47.6, -122.3), City("Miami", 25.8, -80.2),
    City("Singapore", 1.4, 103.8), City("Tokyo", 35.7, 139.7), City("Hong Kong", 22.3, 114.2),
    City("Sydney", -33.9, 151.2), City("Mumbai", 19.1, 72.9), City("Sao Paulo", -23.6, -46.6),
    City("Johannesburg", -26.2, 28.0), City("Dubai", 25.2, 55.3), City("Stockholm", 59.3, 18.1),
    City("Madrid", 40.4, -3.7), City("Milan", 45.5, 9.2), City("Vienna", 48.2, 16.4),
    City("Warsaw", 52.2, 21.0), City("Zurich", 47.4, 8.5), City("Prague", 50.1, 14.4),
    City("Brussels", 50.9, 4.4), City("Copenhagen", 55.7, 12.6), City("Oslo", 59.9, 10.8),
    City("Helsinki", 60.2, 24.9), City("Dublin", 53.3, -6.3), City("Lisbon", 38.7, -9.1),
    City("Barcelona", 41.4, 2.2), City("Rome", 41.9, 12.5), City("Athens", 38.0, 23.7),
    City("Bucharest", 44.4, 26.1), City("Sofia", 42.7, 23.3), City("Budapest", 47.5, 19.0),
    City("Belgrade", 44.8, 20.5), City("Zagreb", 45.8, 16.0), City("Istanbul", 41.0, 29.0),
    City("Kyiv", 50.5, 30.5), City("Riga", 56.9, 24.1), City("Tallinn", 59.4, 24.8),
    City("Vilnius", 54.7, 25.3), City("Berlin", 52.5, 13.4), City("Munich", 48.1, 11.6),
    City("Hamburg", 53.6, 10.0), City("Dusseldorf", 51.2, 6.8), City("Manchester", 53.5, -2.2),
    City("Edinburgh", 55.9, -3.2), City("Lyon", 45.8, 4.8), City("Marseille", 43.3, 5.4),
    City("Geneva", 46.2, 6.1), City("Palermo", 38.1, 13.4), City("Reykjavik", 64.1, -21.9),
    City("Atlanta", 33.7, -84.4), City("Boston", 42.4, -71.1), City("Philadelphia", 40.0, -75.2),
    City("Denver", 39.7, -105.0), City("Phoenix", 33.4, -112.1), City("Houston", 29.8, -95.4),
    City("Minneapolis", 45.0, -93.3), City("St. Louis", 38.6, -90.2), City("Detroit", 42.3, -83.0),
    City("Portland", 45.5, -122.7), City("Salt Lake City", 40.8, -111.9),
    City("Las Vegas", 36.2, -115.1), City("Kansas City", 39.1, -94.6), City("Tampa", 28.0, -82.5),
    City("Charlotte", 35.2, -80.8), City("Nashville", 36.2, -86.8), City("Toronto", 43.7, -79.4),
    City("Montreal", 45.5, -73.6), City("Vancouver", 49.3, -123.1), City("Calgary", 51.0, -114.1),
    City("Winnipeg", 49.9, -97.1), City("Mexico City", 19.4, -99.1),
    City("Queretaro", 20.6, -100.4),
    City("Guatemala City", 14.6, -90.5), City("Panama City", 9.0, -79.5),
    City("Bogota", 4.7, -74.1),
    City("Medellin", 6.2, -75.6), City("Quito", -0.2, -78.5), City("Lima", -12.0, -77.0),
    City("Santiago", -33.4, -70.7), City("Buenos Aires", -34.6, -58.4),
    City("Montevideo", -34.9, -56.2), City("Rio de Janeiro", -22.9, -43.2),
    City("Fortaleza", -3.7, -38.5), City("Porto Alegre", -30.0, -51.2),
    City("Cape Town", -33.9, 18.4),
    City("Durban", -29.9, 31.0), City("Nairobi", -1.3, 36.8), City("Lagos", 6.5, 3.4),
    City("Accra", 5.6, -0.2), City("Dakar", 14.7, -17.5), City("Casablanca", 33.6, -7.6),
    City("Algiers", 36.8, 3.1), City("Tunis", 36.8, 10.2), City("Cairo", 30.0, 31.2),
    City("Tel Aviv", 32.1, 34.8), City("Amman", 31.9, 35.9), City("Riyadh", 24.7, 46.7),
    City("Jeddah", 21.5, 39.2), City("Doha", 25.3, 51.5), City("Manama", 26.2, 50.6),
    City("Kuwait City", 29.4, 48.0), City("Muscat", 23.6, 58.4), City("Karachi", 24.9, 67.0),
    City("Delhi", 28.6, 77.2), City("Bangalore", 13.0, 77.6), City("Chennai", 13.1, 80.3),
    City("Hyderabad", 17.4, 78.5), City("Kolkata", 22.6, 88.4), City("Colombo", 6.9, 79.9),
    City("Dhaka", 23.8, 90.4), City("Kathmandu", 27.7, 85.3), City("Almaty", 43.2, 76.9),
    City("Tashkent", 41.3, 69.2), City("Tbilisi", 41.7, 44.8), City("Yerevan", 40.2, 44.5),
    City("Baku", 40.4, 49.9), City("Bangkok", 13.8, 100.5), City("Hanoi", 21.0, 105.9),
    City("Ho Chi Minh City", 10.8, 106.7), City("Phnom Penh", 11.6, 104.9),
    City("Kuala Lumpur", 3.1, 101.7), City("Jakarta", -6.2, 106.8), City("Surabaya", -7.3, 112.8),
    City("Manila", 14.6, 121.0), City("Taipei", 25.0, 121.6), City("Osaka", 34.7, 135.5),
    City("Fukuoka", 33.6, 130.4), City("Seoul", 37.6, 127.0), City("Shanghai", 31.2, 121.5),
    City("Beijing", 39.9, 116.4), City("Shenzhen", 22.5, 114.1), City("Ulaanbaatar", 47.9, 106.9),
    City("Melbourne", -37.8, 145.0), City("Brisbane", -27.5, 153.0), City("Perth", -31.9, 115.9),
    City("Adelaide", -34.9, 138.6), City("Auckland", -36.8, 174.8),
    City("Christchurch", -43.5, 172.6),
    City("Noumea", -22.3, 166.5), City("Honolulu", 21.3, -157.9), City("Guam", 13.5, 144.8),
  ]
}
